using System.Net;
using Weft.Config;
using Xunit;

namespace Weft.Tests.Config;

public sealed class AllowedIpChangeTests
{
    [Fact]
    public void Keeps_any_address_as_it_was_written_and_knows_its_network()
    {
        Random random = new(11);
        for (int round = 0; round < 20_000; round++)
        {
            byte[] bytes = new byte[round % 2 == 0 ? 4 : 16];
            random.NextBytes(bytes);
            int prefixLength = random.Next(8 * bytes.Length + 1);
            IPAddress address = new(bytes);
            IPNetwork network = AddressText.Network(address, prefixLength);
            AllowedIpChange change = new(bytes, prefixLength, remove: round % 3 == 0);

            Assert.Equal(network, change.Prefix);
            Assert.Equal(prefixLength, change.PrefixLength);
            Assert.Equal(bytes.Length == 16, change.IsIPv6);
            Assert.Equal(!network.BaseAddress.Equals(address), change.HasHostBits);
            Assert.Equal(address, Written(change.WriteAddress));
            Assert.Equal(network.BaseAddress, Written(change.WriteBase));
            Assert.Equal(change, new AllowedIpChange(address, prefixLength, change.Remove));
            Assert.NotEqual(change, new AllowedIpChange(bytes, prefixLength, !change.Remove));
        }
    }

    [Theory]
    [InlineData("10.0.0.5", 24, false, "10.0.0.5/24")]
    [InlineData("10.0.0.5", 32, true, "-10.0.0.5/32")]
    [InlineData("0.0.0.0", 0, false, "0.0.0.0/0")]
    [InlineData("fd00::5:0", 64, false, "fd00::5:0/64")]
    [InlineData("::", 0, true, "-::/0")]
    public void Is_shown_as_it_was_written(string address, int prefixLength, bool remove, string shown) =>
        Assert.Equal(shown, new AllowedIpChange(IPAddress.Parse(address), prefixLength, remove).ToString());

    [Fact]
    public void A_prefix_of_four_zeros_is_not_that_of_sixteen() =>
        Assert.NotEqual(new AllowedIpChange(new byte[4], 0), new AllowedIpChange(new byte[16], 0));

    [Theory]
    [InlineData(4, 33)]
    [InlineData(16, 129)]
    [InlineData(4, -1)]
    [InlineData(5, 8)]
    public void What_no_prefix_can_be_is_misuse(int bytes, int prefixLength) =>
        Assert.ThrowsAny<ArgumentException>(() => new AllowedIpChange(new byte[bytes], prefixLength));

    delegate int AddressWriter(Span<byte> bytes);

    static IPAddress Written(AddressWriter write)
    {
        byte[] bytes = new byte[16];
        return new IPAddress(bytes.AsSpan(0, write(bytes)));
    }
}
