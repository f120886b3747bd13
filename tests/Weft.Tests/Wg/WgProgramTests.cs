using Weft.Control;
using Xunit;

namespace Weft.Tests.Wg;

/// <summary>The built program under the name wg, and what no comparison can show.</summary>
public sealed class WgProgramTests
{
    [Fact]
    public void Is_wg_when_it_is_called_wg()
    {
        WgOutcome byName = Run("wg", "--version");
        Assert.Equal(
            (0, "wireguard-tools v1.0.20210914 - https://git.zx2c4.com/wireguard-tools/\n"),
            (byName.Status, byName.Output)
        );
        Assert.StartsWith("Usage: ./wg <cmd>", Run("./wg", "help").Output, StringComparison.Ordinal);
        Assert.Equal(byName.Output, Run("weft", "wg", "--version").Output);
        Assert.StartsWith("weft ", Run("weft", "--version").Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Wrong_usage_of_weft_leaves_with_two()
    {
        WgOutcome wrong = Run("weft", "frobnicate");
        Assert.Equal((2, ""), (wrong.Status, wrong.Output));
        Assert.Contains("frobnicate", wrong.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Keys_pass_from_genkey_through_pubkey_as_with_debians()
    {
        string key = Run("wg", "genkey").Output;
        Assert.Equal(45, key.Length);
        Assert.NotEqual(key, Run("wg", "genkey").Output);
        byte[] bytes = Convert.FromBase64String(key.TrimEnd());
        Assert.Equal((0, 64), (bytes[0] & 7, bytes[31] & 192));
        Assert.Equal(32, Convert.FromBase64String(Run("wg", "genpsk").Output.TrimEnd()).Length);
        (WgOutcome debian, WgOutcome ours) = WgRunner.Run(_ => new WgCase("", "pubkey") { Input = key });
        Assert.Equal(debian.Output, ours.Output);
    }

    [Fact]
    public void Genkey_warns_of_a_file_that_others_can_read()
    {
        string folder = Directory.CreateTempSubdirectory("weft-wg-").FullName;
        try
        {
            string script =
                $"umask 022; {WgRunner.Program} wg genkey > {folder}/open; umask 077; {WgRunner.Program} wg genkey > {folder}/shut";
            WgOutcome outcome = WgRunner.RunProcess("/bin/sh", "sh", ["-c", script], new WgCase(""), sockets: null);
            Assert.Equal(0, outcome.Status);
            Assert.Single(outcome.Error.Split("warning").Skip(1));
            Assert.Equal(45, new FileInfo($"{folder}/open").Length);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void Ends_in_silence_when_nobody_reads_on()
    {
        string script = $"{WgRunner.Program} wg help | true; echo ${{PIPESTATUS[0]}}";
        WgOutcome outcome = WgRunner.RunProcess("/bin/bash", "bash", ["-c", script], new WgCase(""), sockets: null);
        Assert.Equal("", outcome.Error);
        Assert.Contains(outcome.Output, (string[])["0\n", "141\n"]);
    }

    [Theory]
    [InlineData("../wdev0")]
    [InlineData("")]
    [InlineData("..")]
    [InlineData("a b")]
    [InlineData("aninterfacenamethatistoolong")]
    public void A_name_cannot_lead_out_of_the_folder(string name) =>
        Assert.Throws<DeviceNotFoundException>(() => new UapiDevices("/tmp").Get(name));

    static WgOutcome Run(string name, params string[] args) =>
        WgRunner.RunProcess(WgRunner.Program, name, args, new WgCase(""), sockets: null);
}
