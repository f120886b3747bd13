using System.Net;
using System.Runtime.InteropServices;
using System.Text;
using Weft.Config;
using Xunit;

namespace Weft.Tests.Config;

/// <summary>The judge is libc's inet_pton and inet_ntop.</summary>
public sealed partial class AddressTextTests
{
    [Theory]
    [InlineData("1.2.3.4")]
    [InlineData("0.0.0.0")]
    [InlineData("01.2.3.4")]
    [InlineData("1.2.3")]
    [InlineData("1.2.3.")]
    [InlineData("1.2.3.4.5")]
    [InlineData("1.2.3.256")]
    [InlineData("::")]
    [InlineData(":")]
    [InlineData(":::")]
    [InlineData("1::2::3")]
    [InlineData("1:2:3:4:5:6:7:8")]
    [InlineData("1:2:3:4:5:6:7::")]
    [InlineData("::2:3:4:5:6:7:8")]
    [InlineData("1:2:3:4:5:6:7:8::")]
    [InlineData("1:2:3:4:5:6:7:8:9")]
    [InlineData("1:2:3:4:5:6:7:")]
    [InlineData(":1:2:3:4:5:6:7")]
    [InlineData("::ffff:1.2.3.4")]
    [InlineData("::1.2.3.4")]
    [InlineData("1:2:3:4:5:6:1.2.3.4")]
    [InlineData("1:2:3:4:5:6:7:1.2.3.4")]
    [InlineData("::1.2.3.4:5")]
    [InlineData("fe80::5efe:192.168.0.1")]
    [InlineData("12345::")]
    [InlineData("g::")]
    [InlineData("::1%lo")]
    [InlineData("[::1]")]
    [InlineData("")]
    [InlineData(" 1.2.3.4")]
    public void Reads_what_inet_pton_reads(string text)
    {
        byte[] expected = new byte[16];
        int family = text.Contains(':', StringComparison.Ordinal) ? 10 : 2;
        bool good = inet_pton(family, text, expected) == 1;
        IPAddress? address = AddressText.Parse(text);
        Assert.Equal(good, address is not null);
        if (good)
            Assert.Equal(expected[..(family == 2 ? 4 : 16)], address!.GetAddressBytes());
    }

    [Fact]
    public void Writes_what_inet_ntop_writes()
    {
        Random random = new(7);
        for (int round = 0; round < 20_000; round++)
        {
            byte[] bytes = new byte[round % 5 == 0 ? 4 : 16];
            random.NextBytes(bytes);
            int zeros = random.Next(65536);
            for (int i = 0; i < bytes.Length; i++)
                if ((zeros >> (i / 2) & 1) == 0 && bytes.Length == 16)
                    bytes[i] = (byte)(random.Next(40) == 0 ? 0xff : 0);
            byte[] text = new byte[64];
            inet_ntop(bytes.Length == 4 ? 2 : 10, bytes, text, 64);
            string expected = Encoding.ASCII.GetString(text.AsSpan(0, text.AsSpan().IndexOf((byte)0)));
            Assert.Equal(expected, AddressText.Format(new IPAddress(bytes)));
            Assert.Equal(bytes, AddressText.Parse(expected)!.GetAddressBytes());
        }
    }

    [Theory]
    [InlineData("10.1.2.3", 0, "0.0.0.0/0")]
    [InlineData("10.1.2.3", 12, "10.0.0.0/12")]
    [InlineData("10.1.2.3", 31, "10.1.2.2/31")]
    [InlineData("10.1.2.3", 32, "10.1.2.3/32")]
    [InlineData("fd12:3456::1", 20, "fd12:3000::/20")]
    [InlineData("fd12:3456::1", 128, "fd12:3456::1/128")]
    public void Clears_host_bits(string address, int length, string network) =>
        Assert.Equal(network, AddressText.Network(IPAddress.Parse(address), length).ToString());

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int inet_pton(int family, string text, [Out] byte[] address);

    [LibraryImport("libc")]
    private static partial IntPtr inet_ntop(int family, byte[] address, [Out] byte[] text, uint length);
}
