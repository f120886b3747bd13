using System.Collections.Immutable;
using System.Text;

namespace Weft.Fuzz.Targets;

/// <summary>Pieces of inputs that several formats have in common.</summary>
static class Words
{
    public static ImmutableArray<byte[]> Of(params IEnumerable<string> words) =>
        [.. words.Select(Encoding.UTF8.GetBytes)];

    public static ImmutableArray<string> Addresses { get; } =
    [
        "10.0.0.0/8",
        "10.0.1.5/24",
        "192.168.192.1/24",
        "192.168.192.0/30",
        "0.0.0.0/0",
        "0.0.0.0",
        "255.255.255.255/32",
        "1.2.3.4/33",
        "1.2.3.04",
        "::/0",
        "::",
        "::1",
        "fd00::1/64",
        "fd12:3456:789a::/48",
        "fe80::1%1",
        "::ffff:10.0.0.1",
        "::10.0.0.1/128",
        "1:2:3:4:5:6:7:8",
        "1:2:3:4:5:6:7::",
        "::2:3:4:5:6:7:8",
        "1::8/129",
        "2001:db8::1",
    ];

    public static ImmutableArray<string> Endpoints { get; } =
    [
        "192.0.2.1:51820",
        "[2001:db8::1]:51820",
        "[fe80::1%1]:51820",
        "[fe80::1%lo]:1",
        "[::ffff:192.0.2.1]:65535",
        "a.example:51820",
        "a.example:domain",
        "[::1]",
        "a.example",
        "[]:1",
        "[::1]:0",
        "[::1:51820",
        ":51820",
        "a:b:c",
    ];

    public static ImmutableArray<string> Numbers { get; } =
    ["0", "1", "25", "65535", "65536", "4294967295", "4294967296", "0x0", "0xffffffff", "0x100000000", "-1", "+1"];

    /// <summary>What readers of text stumble over.</summary>
    public static ImmutableArray<string> Oddities { get; } =
    [
        "=",
        " = ",
        ",",
        ", ",
        "#",
        "# ",
        "[",
        "]",
        "[]",
        "\n",
        "\n\n",
        "\r\n",
        "\t",
        "\v",
        "\f",
        "\0",
        "'",
        "\"",
        "%",
        "/",
        ":",
        "::",
        "\ufeff",
        "\u00a0",
        "\u0085",
        "\u2028",
        "\u202e",
        "\u001b[31m",
        "ı",
        "\ud83d\ude00",
        "٣",
        new string('a', 64),
        new string('9', 30),
    ];
}
