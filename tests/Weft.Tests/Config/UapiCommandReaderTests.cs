using System.Buffers;
using System.Text;
using Weft.Config;
using Weft.Crypto;
using Xunit;

namespace Weft.Tests.Config;

public sealed class UapiCommandReaderTests
{
    const string Key = "e84b5a6d2717c1003a13b431570353dbaca9146cf150c5f8575680feba52027a";
    const string Other = "188515093e952f5f22e865cef3012e72f8b5f0b598ac0309d5dacce3b70fcf52";

    const string Whole =
        $"set=1\nprivate_key={Key}\nlisten_port=12912\nfwmark=\nreplace_peers=true\n"
        + $"public_key={Key}\npreshared_key={Other}\nreplace_allowed_ips=true\nallowed_ip=192.168.4.5/24\n"
        + "endpoint=[abcd:23::33]:51820\n"
        + $"public_key={Other}\nupdate_only=true\nprotocol_version=1\nallowed_ip=-fd00::/8\n"
        + "persistent_keepalive_interval=111\nendpoint=182.122.22.19:3233\n"
        + $"public_key={Key}\nremove=true\n\n";

    [Fact]
    public void Reads_every_key_of_set()
    {
        UapiCommand command = Assert.Single(Read(Whole));
        Assert.Equal(UapiCommandKind.Set, command.Kind);
        DeviceConfig config = command.Config!;
        Assert.Equal(PrivateKey.ParseHexAsWritten(Key), config.PrivateKey);
        Assert.Equal((ushort)12912, config.ListenPort);
        Assert.Equal(0u, config.FirewallMark);
        Assert.True(config.ReplacePeers);
        Assert.Equal([Key, Other, Key], config.Peers.Select(p => p.PublicKey.ToHex()));
        Assert.True(config.Peers[0].ReplaceAllowedIps);
        Assert.Equal("192.168.4.5/24", config.Peers[0].AllowedIps.Single().ToString());
        Assert.Equal("192.168.4.0/24", config.Peers[0].AllowedIps.Single().Prefix.ToString());
        Assert.Equal("[abcd:23::33]:51820", config.Peers[0].Endpoint!.ToString());
        Assert.True(config.Peers[1].UpdateOnly);
        Assert.True(config.Peers[1].AllowedIps.Single().Remove);
        Assert.Equal((ushort)111, config.Peers[1].PersistentKeepalive);
        Assert.True(config.Peers[2].Remove);
    }

    [Fact]
    public void Reads_the_same_one_byte_at_a_time()
    {
        UapiCommandReader reader = new();
        List<UapiCommand> commands = [];
        foreach (byte b in Encoding.ASCII.GetBytes(Whole + "get=1\n\n" + Whole))
        {
            ReadOnlySpan<byte> one = [b];
            if (reader.TryRead(ref one, out UapiCommand command))
                commands.Add(command);
            Assert.True(one.IsEmpty);
        }
        Assert.Equal([UapiCommandKind.Set, UapiCommandKind.Get, UapiCommandKind.Set], commands.Select(c => c.Kind));
        Assert.Equal(Text(Read(Whole).Single().Config!), Text(commands[2].Config!));
    }

    [Fact]
    public void Reads_commands_pipelined_in_one_write()
    {
        string text = "get=1\n\nset=1\nlisten_port=1\n\n\nget=1\n\nset=1\n\n";
        Assert.Equal("Get Set Get Set", string.Join(' ', Read(text).Select(c => c.Kind)));
    }

    [Theory]
    [InlineData("get=1\n", "Get")]
    [InlineData("set=1\nlisten_port=5\n", "Set")]
    [InlineData("set=1\nlisten_port=5", "Refused")]
    [InlineData("get=1", "Refused")]
    [InlineData("", "")]
    public void Takes_a_command_without_its_blank_line_at_the_end_but_no_half_line(string text, string kinds) =>
        Assert.Equal(kinds, string.Join(' ', Read(text).Select(c => c.Kind)));

    [Theory]
    [InlineData("set=1\nlisten_port=70000\n", UapiErrno.Invalid)]
    [InlineData("set=1\nlisten_port=-1\n", UapiErrno.Invalid)]
    [InlineData("set=1\nlisten_port=\n", UapiErrno.Invalid)]
    [InlineData("set=1\nfwmark=4294967296\n", UapiErrno.Invalid)]
    [InlineData("set=1\nfwmark=0x10\n", UapiErrno.Invalid)]
    [InlineData("set=1\nreplace_peers=false\n", UapiErrno.Invalid)]
    [InlineData("set=1\nreplace_peers=1\n", UapiErrno.Invalid)]
    [InlineData("set=1\nprivate_key=00\n", UapiErrno.Invalid)]
    [InlineData("set=1\nremove=true\n", UapiErrno.Invalid)]
    [InlineData("set=1\nlisten port\n", UapiErrno.Protocol)]
    [InlineData("set=1\npublic_key=zz\n", UapiErrno.Invalid)]
    [InlineData($"set=1\npublic_key={Key}\nlisten_port=1\n", UapiErrno.Invalid)]
    [InlineData($"set=1\npublic_key={Key}\nendpoint=1.2.3.4\n", UapiErrno.Invalid)]
    [InlineData($"set=1\npublic_key={Key}\nendpoint=::1:5\n", UapiErrno.Invalid)]
    [InlineData($"set=1\npublic_key={Key}\nendpoint=[1.2.3.4]:66666\n", UapiErrno.Invalid)]
    [InlineData($"set=1\npublic_key={Key}\nendpoint=host:5\n", UapiErrno.Invalid)]
    [InlineData($"set=1\npublic_key={Key}\nallowed_ip=10.0.0.0/33\n", UapiErrno.Invalid)]
    [InlineData($"set=1\npublic_key={Key}\nallowed_ip=10.0.0/8\n", UapiErrno.Invalid)]
    [InlineData($"set=1\npublic_key={Key}\nprotocol_version=2\n", UapiErrno.Invalid)]
    [InlineData($"set=1\npublic_key={Key}\npersistent_keepalive_interval=65536\n", UapiErrno.Invalid)]
    [InlineData("get=1\nlisten_port=1\n", UapiErrno.Invalid)]
    [InlineData("get=2\n", UapiErrno.Invalid)]
    [InlineData("GET / HTTP/1.1\n", UapiErrno.Protocol)]
    [InlineData("\xff\xfe\n", UapiErrno.Protocol)]
    public void Refuses_at_once_with_the_right_errno_and_goes_on_with_the_next_command(string text, int errno)
    {
        UapiCommand[] commands = Read(text + "allowed_ip=1\nset=1\n\nget=1\n\n");
        Assert.Equal("Refused Get", string.Join(' ', commands.Select(c => c.Kind)));
        Assert.Equal(errno, commands[0].Errno);
        Assert.NotNull(commands[0].Reason);
        Assert.Equal(UapiCommandKind.Refused, Assert.Single(Read(text)).Kind);
    }

    [Fact]
    public void A_reason_never_repeats_a_value()
    {
        string reason = Read($"set=1\nprivate_key={Key}0\n\n").Single().Reason!;
        Assert.DoesNotContain(Key[..8], reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Refuses_a_line_beyond_the_bound_once_and_recovers()
    {
        string line = new('x', UapiCommandReader.MaxLineLength + 1);
        Assert.Equal("Refused Get", string.Join(' ', Read($"set=1\n{line}\n\nget=1\n\n").Select(c => c.Kind)));
        Assert.Equal("Refused Get", string.Join(' ', Read($"{line}{line}\n{line}\n\nget=1\n\n").Select(c => c.Kind)));
    }

    [Fact]
    public void Takes_a_line_of_the_bound()
    {
        string zeros = new('0', UapiCommandReader.MaxLineLength - "listen_port=7".Length);
        Assert.Equal((ushort)7, Read($"set=1\nlisten_port={zeros}7\n\n").Single().Config!.ListenPort);
    }

    [Fact]
    public void Refuses_a_command_beyond_the_bound()
    {
        UapiCommandReader reader = new();
        byte[] line = Encoding.ASCII.GetBytes($"public_key={Key}\n");
        ReadOnlySpan<byte> start = "set=1\n"u8;
        Assert.False(reader.TryRead(ref start, out _));
        int refused = 0;
        for (int i = 0; i < UapiCommandReader.MaxCommandLength / line.Length + 10; i++)
        {
            ReadOnlySpan<byte> rest = line;
            if (reader.TryRead(ref rest, out UapiCommand command))
                refused += command.Kind == UapiCommandKind.Refused ? 1 : 0;
        }
        Assert.Equal(1, refused);
    }

    [Fact]
    public void What_is_written_reads_back_the_same()
    {
        DeviceConfig config = Read(Whole).Single().Config!;
        Assert.Equal(Text(config), Text(Read(Text(config)).Single().Config!));
    }

    [Fact]
    public void Survives_random_bytes_and_mutated_commands()
    {
        Random random = new(20241);
        byte[] whole = Encoding.ASCII.GetBytes(Whole);
        for (int round = 0; round < 3000; round++)
        {
            byte[] bytes = [.. whole];
            for (int i = random.Next(8); i >= 0; i--)
                bytes[random.Next(bytes.Length)] = (byte)(random.Next(3) == 0 ? '\n' : random.Next(256));
            if (round % 3 == 0)
                random.NextBytes(bytes);
            UapiCommandReader reader = new();
            ReadOnlySpan<byte> rest = bytes;
            while (reader.TryRead(ref rest, out UapiCommand command))
                Assert.Equal(command.Kind == UapiCommandKind.Set, command.Config is not null);
            reader.TryEnd(out _);
        }
    }

    internal static UapiCommand[] Read(string text)
    {
        UapiCommandReader reader = new();
        List<UapiCommand> commands = [];
        ReadOnlySpan<byte> rest = Encoding.Latin1.GetBytes(text);
        while (reader.TryRead(ref rest, out UapiCommand command))
            commands.Add(command);
        Assert.True(rest.IsEmpty);
        if (reader.TryEnd(out UapiCommand last))
            commands.Add(last);
        return [.. commands];
    }

    static string Text(DeviceConfig config)
    {
        ArrayBufferWriter<byte> output = new();
        UapiText.WriteSet(config, output);
        return Encoding.ASCII.GetString(output.WrittenSpan);
    }
}
