using System.Buffers;
using System.Collections.Immutable;
using System.Net;
using System.Text;
using Weft.Config;
using Weft.Crypto;
using Xunit;

namespace Weft.Tests.Config;

public sealed class UapiReplyReaderTests
{
    static readonly DeviceStatus Status = new()
    {
        Name = "wg0",
        PrivateKey = new PrivateKey([.. Enumerable.Range(1, 32).Select(i => (byte)i)]),
        ListenPort = 51820,
        FirewallMark = 0xffffffff,
        Peers =
        [
            new PeerStatus
            {
                PublicKey = new PublicKey([.. Enumerable.Repeat((byte)7, 32)]),
                PresharedKey = new PresharedKey([.. Enumerable.Repeat((byte)9, 32)]),
                Endpoint = IPEndPoint.Parse("[fd00::1]:5"),
                AllowedIps = [IPNetwork.Parse("10.0.0.0/8"), IPNetwork.Parse("::/0")],
                LastHandshake = new HandshakeTime(1234567890, 999_999_999),
                ReceivedBytes = ulong.MaxValue,
                SentBytes = 1,
                PersistentKeepalive = 25,
            },
            new PeerStatus { PublicKey = new PublicKey([.. Enumerable.Repeat((byte)8, 32)]) },
        ],
    };

    [Fact]
    public void What_a_device_writes_reads_back_the_same()
    {
        DeviceStatus read = Read(Text(Status), 1 << 20).Status!;
        Assert.Equal(Status.PrivateKey, read.PrivateKey);
        Assert.Equal(Status.PrivateKey!.ToPublicKey(), read.PublicKey);
        Assert.Equal(Comparable(Status), Comparable(read));
        Assert.Equal(Status.Peers[0].AllowedIps, read.Peers[0].AllowedIps);
        Assert.Equal(Status.Peers[0].PresharedKey, read.Peers[0].PresharedKey);
        Assert.Null(read.Peers[1].PresharedKey);
        Assert.Null(read.Peers[1].Endpoint);
    }

    [Fact]
    public void Reads_the_same_one_byte_at_a_time() => Assert.Equal(Text(Status), Text(Read(Text(Status), 1).Status!));

    [Theory]
    [InlineData("errno=98\n\n", 98)]
    [InlineData("errno=-22\n\n", 22)]
    public void Tells_the_errno(string text, int errno) => Assert.Equal(errno, Read(text, 100).Errno);

    [Fact]
    public void A_fault_never_repeats_what_the_device_said()
    {
        string secret = new('5', 63);
        Assert.DoesNotContain("555", Read($"private_key={secret}\n", 100).Fault, StringComparison.Ordinal);
        Assert.DoesNotContain("555", Read($"{secret}\n", 100).Fault, StringComparison.Ordinal);
        Assert.DoesNotContain("555", Read($"errno={secret}\n", 100).Fault, StringComparison.Ordinal);
    }

    [Fact]
    public void Survives_random_bytes_and_spoilt_answers()
    {
        Random random = new(5);
        byte[] whole = Encoding.ASCII.GetBytes(Text(Status));
        for (int round = 0; round < 3000; round++)
        {
            byte[] bytes = [.. whole];
            for (int i = random.Next(6); i >= 0; i--)
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            if (round % 3 == 0)
                random.NextBytes(bytes);
            UapiReplyReader reader = new("wg0");
            if (reader.TryRead(bytes))
                Assert.Equal(reader.Fault is null, reader.Status is not null);
        }
    }

    [Fact]
    public void An_endless_line_is_refused_within_bounds()
    {
        UapiReplyReader reader = new("wg0");
        byte[] piece = new byte[65536];
        Array.Fill(piece, (byte)'x');
        int pieces = 0;
        while (!reader.TryRead(piece))
            pieces++;
        Assert.Equal(UapiCommandReader.MaxLineLength / piece.Length, pieces);
        Assert.NotNull(reader.Fault);
    }

    static UapiReplyReader Read(string text, int piece)
    {
        UapiReplyReader reader = new("wg0");
        byte[] bytes = Encoding.ASCII.GetBytes(text);
        for (int at = 0; at < bytes.Length; at += piece)
            if (reader.TryRead(bytes.AsSpan(at, Math.Min(piece, bytes.Length - at))))
                break;
        return reader;
    }

    static string Text(DeviceStatus status)
    {
        ArrayBufferWriter<byte> output = new();
        UapiText.WriteStatus(status, output);
        return Encoding.ASCII.GetString(output.WrittenSpan);
    }

    /// <summary>Without what compares by reference.</summary>
    static string Comparable(DeviceStatus status) =>
        string.Join(
            '\n',
            status.Peers.Select(p =>
                (p with { AllowedIps = ImmutableArray<IPNetwork>.Empty, PresharedKey = null }).ToString()
            )
        ) + $"{status.Name} {status.ListenPort} {status.FirewallMark}";
}
