using Xunit;

namespace Weft.Tests.Wg;

/// <summary>
/// Our wg against Debian's (wireguard-tools 1.0.20210914): the same arguments, environment, standard input and files,
/// the same devices; standard output, exit status and the bytes that reached the devices must be the same. What stands
/// on standard error is ours to word, but there must be something when Debian's says something.
/// </summary>
public sealed class WgDifferentialTests
{
    public static IEnumerable<TheoryDataRow<string>> Written() => Rows(WgWrittenCases.All(0));

    [Theory]
    [MemberData(nameof(Written))]
    public void Does_as_debians_wg_does(string name) =>
        Compare(now => WgWrittenCases.All(now).Single(wg => wg.Name == name));

    public static IEnumerable<TheoryDataRow<int>> Generated() =>
        Enumerable.Range(0, WgGeneratedCases.Count).Select(number => new TheoryDataRow<int>(number));

    [Theory]
    [MemberData(nameof(Generated))]
    public void Does_as_debians_wg_does_whatever_the_call(int number) =>
        Compare(now => WgGeneratedCases.Make(number, now));

    /// <summary>Newer tools than Debian's reset both; the rest of syncconf is compared above.</summary>
    [Fact]
    public void Differs_in_that_syncconf_resets_a_preshared_key_and_a_keepalive_that_the_file_dropped()
    {
        (WgOutcome debian, WgOutcome ours) = WgRunner.Run(now =>
            WgCase.Conf("", "syncconf", $"[Peer]\nPublicKey={WgWrittenCases.KeyB}\n") with
            {
                Get = WgWrittenCases.Status(now),
            }
        );
        const string reset = $"preshared_key={WgWrittenCases.HexZero}\npersistent_keepalive_interval=0\n";
        Assert.Equal(debian.Sent[1], ours.Sent[1].Replace(reset, "", StringComparison.Ordinal));
        Assert.NotEqual(debian.Sent[1], ours.Sent[1]);
        Assert.Equal(0, ours.Status);
    }

    /// <summary>Debian's reads a folder as an empty file and wipes the device.</summary>
    [Fact]
    public void Differs_in_that_a_folder_is_not_a_configuration()
    {
        (_, WgOutcome ours) = WgRunner.Run(_ => new WgCase("", "setconf", "wdev0", "/tmp"));
        Assert.Equal(1, ours.Status);
        Assert.Empty(ours.Sent);
    }

    /// <summary>Debian's refuses them; newer tools read them.</summary>
    [Theory]
    [InlineData("+1.2.3.4", "allowed_ip=1.2.3.4/32\n")]
    [InlineData("-1.2.3.4/32", "allowed_ip=-1.2.3.4/32\n")]
    [InlineData("+10.0.0.0/8,-fd00::/64", "allowed_ip=10.0.0.0/8\nallowed_ip=-fd00::/64\n")]
    [InlineData("10.0.0.0/8,+fd00::/64", "replace_allowed_ips=true\nallowed_ip=10.0.0.0/8\nallowed_ip=fd00::/64\n")]
    public void Differs_in_that_allowed_ips_with_signs_change_the_list_by_increments(string list, string sent)
    {
        (WgOutcome debian, WgOutcome ours) = WgRunner.Run(_ => new WgCase(
            "",
            "set",
            "wdev0",
            "peer",
            WgWrittenCases.KeyA,
            "allowed-ips",
            list
        ));
        Assert.Equal((1, 0), (debian.Status, ours.Status));
        Assert.Equal($"set=1\npublic_key={WgWrittenCases.HexA}\n{sent}\n", Assert.Single(ours.Sent));
    }

    static IEnumerable<TheoryDataRow<string>> Rows(IEnumerable<WgCase> cases) =>
        cases.Select(wg => new TheoryDataRow<string>(wg.Name));

    static void Compare(Func<long, WgCase> make)
    {
        (WgOutcome debian, WgOutcome ours) = WgRunner.Run(make);
        string said = $"Debian's said: {debian.Error}\nours said: {ours.Error}";
        Assert.True(debian.Output == ours.Output, $"standard output\n{debian.Output}\n--- ours\n{ours.Output}\n{said}");
        Assert.True(debian.Status == ours.Status, $"exit status {debian.Status}, ours {ours.Status}\n{said}");
        Assert.True(
            debian.Sent.SequenceEqual(ours.Sent),
            $"sent\n{string.Join("--\n", debian.Sent)}\n--- ours\n{string.Join("--\n", ours.Sent)}\n{said}"
        );
        Assert.True(debian.Error.Length > 0 == ours.Error.Length > 0 || IsOurWarning(ours), said);
    }

    /// <summary>A port beyond 65535 is taken as C takes it, but not in silence.</summary>
    internal static bool IsOurWarning(WgOutcome ours) =>
        ours.Status == 0 && ours.Error.StartsWith("wg: warning: port", StringComparison.Ordinal);
}
