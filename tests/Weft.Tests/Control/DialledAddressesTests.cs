using System.Net;
using System.Net.Sockets;
using Weft.Control;
using Xunit;

namespace Weft.Tests.Control;

public sealed class DialledAddressesTests
{
    // Lines of a little-endian machine, as all are that we build for.
    [Theory]
    [InlineData("  1: 0100A8C0:C350 0200A8C0:028F 01 0:0 00:0 0 0 0 77 1", "192.168.0.2")]
    [InlineData("  1: 0100A8C0:C350 0200A8C0:028F 01 0:0 00:0 0 0 0 78 1", null)]
    [InlineData("  0: 00000000:028F 00000000:0000 0A 0:0 00:0 0 0 0 77 1", null)]
    [InlineData("  0: 0:1 B80D0120000000000000000002000000:028F 01 0:0 00:0 0 0 0 77 1", "2001:db8::2")]
    [InlineData("  0: 0:1 0000000000000000FFFF00000200A8C0:028F 01 0:0 00:0 0 0 0 77 1", "192.168.0.2")]
    [InlineData("  0: 0:1 XXXXXXXX:028F 01 0:0 00:0 0 0 0 77 1", null)]
    [InlineData("", null)]
    public void The_far_end_of_a_connected_socket_of_the_program_is_read(string line, string? address) =>
        Assert.Equal(address, DialledAddresses.FarEnd(line, new HashSet<string> { "77" })?.ToString());

    [Theory]
    [InlineData("tincd", "/etc/tinc")]
    [InlineData("tincd -n vpn", "/etc/tinc/vpn")]
    [InlineData("tincd -nvpn -D", "/etc/tinc/vpn")]
    [InlineData("tincd --net=vpn --config=/jffs/tinc", "/jffs/tinc")]
    [InlineData("tincd -c /jffs/tinc", "/jffs/tinc")]
    public void Tincs_folder_is_known_by_its_words(string line, string folder) =>
        Assert.Equal(folder, DialledAddresses.TincFolder(line.Split(' ')));

    [Fact]
    public void A_process_of_this_machine_is_looked_into()
    {
        using Socket socket = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        socket.Connect(IPAddress.Parse("192.0.2.77"), 9);

        HashSet<IPAddress> found = DialledAddresses.Of(new TunHolder("/proc/self", "some"));

        Assert.Contains(IPAddress.Parse("192.0.2.77"), found);
    }
}
