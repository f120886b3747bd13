using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using Weft.Crypto;
using Xunit;

namespace Weft.Tests.Wg;

/// <summary>One device of each make for all cases of <see cref="WgRealDeviceTests"/>, put back before each.</summary>
public sealed class RealDevicesFixture : IDisposable
{
    readonly RealDevices _weft = new(DeviceMake.Weft, "wdev0");
    readonly RealDevices _go = new(DeviceMake.Go, "wdev0");

    internal RealDevices this[DeviceMake make] => make == DeviceMake.Weft ? _weft : _go;

    public void Dispose()
    {
        _weft.Dispose();
        _go.Dispose();
    }
}

/// <summary>
/// Our wg against Debian's, as <see cref="WgDifferentialTests"/>, on real devices: ours and wireguard-go. From the same state
/// and by the same call both must print the same, end with the same status, and leave the device the same.
/// </summary>
public sealed partial class WgRealDeviceTests(RealDevicesFixture fixture) : IClassFixture<RealDevicesFixture>
{
    public static IEnumerable<TheoryDataRow<DeviceMake, string>> Written() =>
        from make in Enum.GetValues<DeviceMake>()
        from wg in WgWrittenCases.ForRealDevices(0)
        select new TheoryDataRow<DeviceMake, string>(make, wg.Name);

    [Theory]
    [MemberData(nameof(Written))]
    public void Does_to_a_real_device_as_debians_wg_does(DeviceMake make, string name) =>
        Compare(make, now => WgWrittenCases.ForRealDevices(now).Single(wg => wg.Name == name));

    public static IEnumerable<TheoryDataRow<DeviceMake, int>> Generated() =>
        from make in Enum.GetValues<DeviceMake>()
        from number in Enumerable.Range(0, WgGeneratedCases.Count).Where(WgGeneratedCases.IsForRealDevices)
        select new TheoryDataRow<DeviceMake, int>(make, number);

    [Theory]
    [MemberData(nameof(Generated))]
    public void Does_to_a_real_device_as_debians_wg_does_whatever_the_call(DeviceMake make, int number) =>
        Compare(make, now => WgGeneratedCases.Make(number, now));

    [Theory]
    [InlineData(DeviceMake.Weft)]
    [InlineData(DeviceMake.Go)]
    public void Shows_a_tunnel_that_is_in_use_as_debians_wg_does(DeviceMake make)
    {
        using RealDevices devices = new(make, "wdev0", "wdev1");
        devices.Sh("ip link set wdev0 up; ip link set wdev1 up");
        ShakeHands(devices);
        foreach (WgCase call in WgWrittenCases.OfDevicesInUse())
        {
            (WgOutcome debian, WgOutcome ours) = Steady(devices, call);
            Compare(make, debian, ours);
            Assert.Equal(0, ours.Status);
        }
    }

    [Fact]
    public async Task Asks_again_for_a_name_as_often_and_as_late_as_debians_wg()
    {
        RealDevices devices = fixture[DeviceMake.Weft];
        WgCase call = new("", "set", "wdev0", "peer", WgWrittenCases.KeyA, "endpoint", "a.example.org:5")
        {
            Environment = new Dictionary<string, string> { ["WG_ENDPOINT_RESOLUTION_RETRIES"] = "2" },
        };
        // Beside the device there is no name server to reach, which may pass.
        Task<(double[] Waits, double Took, int Status)>[] runs =
        [
            .. ((string[])[WgRunner.Debian, WgRunner.Program]).Select(program =>
                Task.Run(() =>
                {
                    Stopwatch watch = Stopwatch.StartNew();
                    WgOutcome outcome = WgRunner.RunProcess(program, "wg", call.Args, call, devices.Enter);
                    double[] waits =
                    [
                        .. Waits().Matches(outcome.Error).Select(m => double.Parse(m.Groups[1].ValueSpan, Invariant)),
                    ];
                    return (waits, watch.Elapsed.TotalSeconds, outcome.Status);
                })
            ),
        ];
        (double[] Waits, double Took, int Status)[] outcomes = await Task.WhenAll(runs);
        Assert.All(outcomes, outcome => Assert.Equal([1.00, 1.20], outcome.Waits));
        Assert.All(outcomes, outcome => Assert.InRange(outcome.Took, 2.2, 30));
        Assert.All(outcomes, outcome => Assert.Equal(1, outcome.Status));
    }

    [GeneratedRegex(@"in (\d+\.\d+) s")]
    private static partial Regex Waits();

    static CultureInfo Invariant => CultureInfo.InvariantCulture;

    /// <summary>The outcomes of a time in which the devices did not change by themselves.</summary>
    static (WgOutcome Debian, WgOutcome Ours) Steady(RealDevices devices, WgCase call)
    {
        for (int tries = 0; tries < 20; tries++)
        {
            (WgOutcome debian, WgOutcome ours) = WgRunner.Run(devices, _ => call, () => { });
            if (debian.Sent.SequenceEqual(ours.Sent))
                return (debian, ours);
        }
        throw new InvalidOperationException("The devices never stood still for two calls of wg.");
    }

    static void ShakeHands(RealDevices devices)
    {
        (string first, string second) = (WgWrittenCases.HexA, WgWrittenCases.HexB);
        devices.Reset(
            "wdev0",
            $"private_key={first}\nlisten_port=7001\npublic_key={Peer(second)}\nallowed_ip=10.2.0.0/16\n"
        );
        devices.Reset(
            "wdev1",
            $"private_key={second}\nlisten_port=7002\npublic_key={Peer(first)}\nallowed_ip=10.1.0.0/16\n"
                + $"endpoint=127.0.0.1:7001\nallowed_ip=fd00::/64\npublic_key={WgWrittenCases.HexC}\n"
                + $"public_key={WgWrittenCases.HexA}\nendpoint=[::1]:9\n"
        );
        string keepalive = $"set=1\npublic_key={Peer(first)}\npersistent_keepalive_interval=";
        devices.Ask("wdev1", keepalive + "1\n\n");
        Stopwatch waited = Stopwatch.StartNew();
        while (!devices.States().All(HasShakenHands))
        {
            Assert.True(waited.Elapsed < TimeSpan.FromSeconds(30), "The devices don't shake hands.");
            Thread.Sleep(20);
        }
        devices.Ask("wdev1", keepalive + "0\n\n");
    }

    static string Peer(string privateKey)
    {
        using PrivateKey key = PrivateKey.ParseHex(privateKey)!;
        return Convert.ToHexStringLower(key.ToPublicKey().Span);
    }

    static bool HasShakenHands(string state) =>
        state
            .Split('\n')
            .Any(line =>
                line.StartsWith("last_handshake_time_sec=", StringComparison.Ordinal)
                && !line.EndsWith("=0", StringComparison.Ordinal)
            );

    void Compare(DeviceMake make, Func<long, WgCase> call)
    {
        RealDevices devices = fixture[make];
        string status = call(0).Get is { } get && get != WgCase.Good ? get : WgWrittenCases.Status(0);
        (WgOutcome debian, WgOutcome ours) = WgRunner.Run(devices, call, () => devices.Reset("wdev0", status));
        Compare(make, debian, ours);
    }

    static void Compare(DeviceMake make, WgOutcome debian, WgOutcome ours)
    {
        string said = $"Debian's said: {debian.Error}\nours said: {ours.Error}";
        (string theirs, string output) = (InOrder(make, debian.Output), InOrder(make, ours.Output));
        Assert.True(theirs == output, $"standard output\n{theirs}\n--- ours\n{output}\n{said}");
        Assert.True(debian.Status == ours.Status, $"exit status {debian.Status}, ours {ours.Status}\n{said}");
        for (int i = 0; i < debian.Sent.Length; i++)
            Assert.True(
                debian.Sent[i] == ours.Sent[i],
                $"the device became\n{debian.Sent[i]}\n--- by ours\n{ours.Sent[i]}\n{said}"
            );
        Assert.True(debian.Error.Length > 0 == ours.Error.Length > 0 || WgDifferentialTests.IsOurWarning(ours), said);
    }

    /// <summary>
    /// wireguard-go tells of its peers in another order each time. The device's name goes too: of endpoints, Debian's has it
    /// before the first only, whichever that is.
    /// </summary>
    static string InOrder(DeviceMake make, string output)
    {
        if (make == DeviceMake.Weft)
            return output;
        string[] lines = DeviceName().Replace(output, "").Split('\n');
        return string.Join('\n', lines.Order(StringComparer.Ordinal));
    }

    [GeneratedRegex(@"wdev[01]\t")]
    private static partial Regex DeviceName();
}
