using System.Globalization;
using System.Net;
using System.Runtime.CompilerServices;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Weft.Config;
using Xunit;

namespace Weft.Tests.Config;

/// <summary>What it takes is compared with Debian's wg elsewhere; here stands what it says of the rest.</summary>
public sealed class WgConfTextTests
{
    const string Key = "6EtabScXwQA6E7QxVwNT26ypFGzxUMX4V1aA/rpSAno=";

    [Fact]
    public void Every_fault_is_reported_with_line_and_column()
    {
        const string text = $"""
            ListenPort = 1
            [Interface]
            PrivateKey = {Key}x
            ListenPort = nowhere
            FwMark = -1
            Address = 10.0.0.1/24
            [Peer]
            AllowedIPs = 10.0.0.0/8, 10.0.0/8
            Endpoint = 1.2.3.4
            Endpoint = nohost:5
            PersistentKeepalive = never
            """;
        ParseResult<DeviceConfig> result = WgConfText.Parse(text, "wg.conf", new NoNames());
        Assert.Null(result.Value);
        Assert.Equal(
            ["1:1", "3:14", "4:14", "5:10", "6:1", "7:1", "8:14", "9:12", "10:12", "11:23"],
            result.Faults.Select(fault => $"{fault.Line}:{fault.Column}")
        );
        Assert.DoesNotContain(Key[5..20], string.Join('\n', result.Faults), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(Key)]
    [InlineData($"[Interface]\n{Key}")]
    [InlineData($"[Interface]\nListenPort = {Key}")]
    [InlineData($"[Interface]\nFwMark = {Key}")]
    [InlineData($"[Interface]\nPrivateKey {Key}")]
    [InlineData($"[{Key}]")]
    public void A_key_in_the_wrong_place_is_not_repeated(string text)
    {
        string weft = string.Join('\n', SiteConfigText.Parse(text, "f").Faults);
        string wg = string.Join('\n', WgConfText.Parse(text, "f", new NoNames()).Faults);
        Assert.NotEqual("", weft);
        Assert.NotEqual("", wg);
        Assert.DoesNotContain(Key[5..20], weft + wg, StringComparison.Ordinal);
    }

    [Fact]
    public void A_long_list_is_read_without_an_object_per_line()
    {
        const int lines = 50_000;
        StringBuilder text = new($"[Peer]\nPublicKey = {Key}\n");
        for (int i = 0; i < lines; i++)
            text.Append(CultureInfo.InvariantCulture, $"AllowedIPs = 10.{i >> 8}.{i & 255}.0/24, fd00:{i:x}::/32\n");
        string file = text.ToString();
        long before = GC.GetAllocatedBytesForCurrentThread();
        ParseResult<DeviceConfig> result = WgConfText.Parse(file, "wg.conf", new NoNames());
        long perPrefix = (GC.GetAllocatedBytesForCurrentThread() - before) / (2 * lines);
        Assert.Equal(2 * lines, result.Value!.Peers[0].AllowedIps.Length);
        // The list itself, which doubles as it grows.
        Assert.InRange(perPrefix, 0, 5 * Unsafe.SizeOf<AllowedIpChange>());
    }

    [Fact]
    public void No_text_makes_it_throw()
    {
        Check.One(
            FsCheck.Config.QuickThrowOnFailure.WithMaxTest(1000),
            Prop.ForAll<string?>(text =>
                WgConfText.Parse(text ?? "", "f", new NoNames()) is { } r && r.Value is null != r.Faults.IsEmpty
            )
        );
        const string whole =
            $"[Interface]\nListenPort=1\n[Peer]\nPublicKey={Key}\nAllowedIPs=10.0.0.0/8\nEndpoint=[::1]:5\n";
        Random random = new(97);
        for (int round = 0; round < 5000; round++)
            Assert.NotNull(WgConfText.Parse(SiteConfigTextTests.Mutate(whole, random), "f", new NoNames()));
    }

    sealed class NoNames : IEndpointNames
    {
        public ushort? FindPort(string service, out string? why)
        {
            why = "no such port";
            return ushort.TryParse(service, out ushort port) ? port : null;
        }

        public IPEndPoint? Find(string host, string service, bool patient, out string? why)
        {
            why = "no such host";
            return null;
        }
    }
}
