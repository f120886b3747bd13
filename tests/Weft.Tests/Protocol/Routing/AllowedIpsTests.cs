using System.Buffers.Binary;
using System.Net;
using FsCheck;
using FsCheck.Fluent;
using Weft.Crypto;
using Weft.Protocol;
using Weft.Tests.Protocol.Simulation;
using Xunit;

namespace Weft.Tests.Protocol.Routing;

public sealed class AllowedIpsTests : IDisposable
{
    readonly Node _node = new(new SeededEntropy(1));
    readonly Tunnel[] _peers;

    public AllowedIpsTests() =>
        _peers = [.. Enumerable.Range(1, 4).Select(i => _node.AddPeer(new PublicKey([(byte)i, .. new byte[31]]))!)];

    public void Dispose() => _node.Dispose();

    [Fact]
    public void Agree_with_a_naive_list_in_ipv4() => AgreeWithNaiveList(isIPv6: false);

    [Fact]
    public void Agree_with_a_naive_list_in_ipv6() => AgreeWithNaiveList(isIPv6: true);

    [Fact]
    public void The_longest_prefix_wins()
    {
        Allow(0, "0.0.0.0/0");
        Allow(1, "10.0.0.0/8");
        Allow(2, "10.1.0.0/16");
        Allow(3, "10.1.2.3/32");
        Assert.Same(_peers[0], Find("8.8.8.8"));
        Assert.Same(_peers[1], Find("10.9.9.9"));
        Assert.Same(_peers[2], Find("10.1.9.9"));
        Assert.Same(_peers[3], Find("10.1.2.3"));
        Assert.Null(Find("2001:db8::1"));
        Allow(0, "::/0");
        Assert.Same(_peers[0], Find("2001:db8::1"));
    }

    [Fact]
    public void A_prefix_that_exists_is_stolen_and_goes_to_the_end_of_the_new_list()
    {
        Allow(0, "10.0.0.0/24");
        Allow(0, "10.0.1.0/24");
        Allow(1, "10.0.2.0/24");
        Allow(1, "10.0.0.0/24");
        Assert.Equal(["10.0.1.0/24"], Dump(0));
        Assert.Equal(["10.0.2.0/24", "10.0.0.0/24"], Dump(1));
        Assert.Same(_peers[1], Find("10.0.0.1"));
        Allow(1, "10.0.2.0/24");
        Assert.Equal(["10.0.0.0/24", "10.0.2.0/24"], Dump(1));
    }

    [Fact]
    public void Dumps_keep_the_order_of_insertion_across_families()
    {
        string[] prefixes = ["10.9.0.0/16", "fd00::/8", "10.1.0.0/16", "::/0", "10.5.5.5/32"];
        foreach (string prefix in prefixes)
            Allow(2, prefix);
        Assert.Equal(prefixes, Dump(2));
    }

    [Fact]
    public void Only_the_owner_of_exactly_that_prefix_can_remove_it()
    {
        Allow(0, "10.0.0.0/24");
        Assert.False(_node.DisallowIp(_peers[1], IPNetwork.Parse("10.0.0.0/24")));
        Assert.False(_node.DisallowIp(_peers[0], IPNetwork.Parse("10.0.0.0/25")));
        Assert.False(_node.DisallowIp(_peers[0], IPNetwork.Parse("10.0.0.0/23")));
        Assert.Same(_peers[0], Find("10.0.0.1"));
        Assert.True(_node.DisallowIp(_peers[0], IPNetwork.Parse("10.0.0.0/24")));
        Assert.Null(Find("10.0.0.1"));
        Assert.Empty(Dump(0));
    }

    [Fact]
    public void A_removed_peer_owns_nothing()
    {
        Allow(0, "10.0.0.0/8");
        Allow(1, "10.1.0.0/16");
        _node.RemovePeer(_peers[1]);
        Assert.Same(_peers[0], Find("10.1.0.1"));
        _node.DisallowAllIps(_peers[0]);
        Assert.Null(Find("10.1.0.1"));
        _node.AllowIp(_peers[1], IPNetwork.Parse("10.1.0.0/16"));
        Assert.Null(Find("10.1.0.1"));
    }

    [Fact]
    public void Packets_are_routed_by_destination_and_checked_by_source()
    {
        Allow(0, "10.0.0.1/32");
        Allow(1, "10.0.0.2/32");
        Allow(2, "2001:db8::1/128");
        Allow(3, "2001:db8::2/128");
        byte[] v4 = Convert.FromHexString("450000140000000040000000" + "0a000001" + "0a000002");
        Assert.True(InnerPacket.TryRead(v4, out InnerPacket packet));
        Assert.Same(_peers[0], _node.AllowedIps.FindSource(packet));
        Assert.Same(_peers[1], _node.AllowedIps.FindDestination(packet));
        byte[] v6 = Convert.FromHexString(
            "6000000000003b40" + "20010db8000000000000000000000001" + "20010db8000000000000000000000002"
        );
        Assert.True(InnerPacket.TryRead(v6, out packet));
        Assert.Same(_peers[2], _node.AllowedIps.FindSource(packet));
        Assert.Same(_peers[3], _node.AllowedIps.FindDestination(packet));
    }

    [Fact]
    public void A_hundred_and_thirty_thousand_prefixes_go_in_and_out()
    {
        // The kernel's own test: every /32 of 255 × 256 networks of two.
        IPNetwork[] prefixes =
        [
            .. Enumerable
                .Range(0, 130_560)
                .Select(i => new IPNetwork(new IPAddress([10, (byte)(i >> 16), (byte)(i >> 8), (byte)i]), 32)),
        ];
        foreach (IPNetwork prefix in prefixes)
            _node.AllowIp(_peers[0], prefix);
        Assert.All(prefixes.Chunk(997), some => Assert.Same(_peers[0], Find(some[0].BaseAddress.ToString())));
        Assert.Equal(prefixes.Length, _peers[0].AllowedIpList.Count);
        _node.DisallowAllIps(_peers[0]);
        Assert.Null(Find("10.0.0.1"));
    }

    [Fact]
    public void Readers_see_a_whole_trie_while_it_changes()
    {
        Allow(0, "10.0.0.0/8");
        bool isDone = false;
        int wrong = 0;
        Thread reader = new(() =>
        {
            while (!Volatile.Read(ref isDone))
            {
                // Whatever comes and goes below it, 10/8 never leaves the first peer's hands.
                if (_node.AllowedIps.Find(0x0aff_ffff) != _peers[0])
                    wrong++;
            }
        });
        reader.Start();
        SeededEntropy chance = new(5);
        for (int i = 0; i < 20_000; i++)
        {
            IPNetwork prefix = Network(false, chance.Next() & 0x00ff_fffe | 0x0a00_0000, 24 + chance.Below(8));
            if (chance.Chance(0.5))
                _node.AllowIp(_peers[1 + chance.Below(3)], prefix);
            else
                _node.DisallowIp(_peers[1 + chance.Below(3)], prefix);
        }
        Volatile.Write(ref isDone, true);
        reader.Join();
        Assert.Equal(0, wrong);
    }

    void AgreeWithNaiveList(bool isIPv6)
    {
        int width = isIPv6 ? 128 : 32;
        // Few distinct bits at both ends, so that prefixes nest, meet and repeat.
        Gen<UInt128> address = Gen.Choose(0, 255)
            .Select(i => ((UInt128)(uint)(i >> 4) << (width - 4)) | (uint)(i & 15));
        Gen<int> length = Gen.OneOf(Gen.Choose(0, 5), Gen.Choose(width - 5, width));
        Gen<Change> change = address.SelectMany(bits =>
            length.SelectMany(l => Gen.Choose(0, 39).Select(what => new Change(bits, l, what % 4, what / 4)))
        );
        Check.QuickThrowOnFailure(
            Prop.ForAll(Arb.From(Gen.ArrayOf(change, 60)), (Change[] changes) => BehavesLikeAList(changes, isIPv6))
        );
    }

    bool BehavesLikeAList(Change[] changes, bool isIPv6)
    {
        int width = isIPv6 ? 128 : 32;
        List<(UInt128 Prefix, int Length, int Owner)> naive = [];
        foreach (Tunnel peer in _peers)
            _node.DisallowAllIps(peer);
        foreach (Change change in changes)
        {
            UInt128 prefix = change.Bits & Mask(change.Length, width);
            IPNetwork network = Network(isIPv6, prefix, change.Length);
            switch (change.What)
            {
                case < 6:
                    naive.RemoveAll(entry => entry.Prefix == prefix && entry.Length == change.Length);
                    naive.Add((prefix, change.Length, change.Peer));
                    _node.AllowIp(_peers[change.Peer], network);
                    break;
                case < 9:
                    int removed = naive.RemoveAll(entry => entry == (prefix, change.Length, change.Peer));
                    if (_node.DisallowIp(_peers[change.Peer], network) != (removed > 0))
                        return false;
                    break;
                default:
                    naive.RemoveAll(entry => entry.Owner == change.Peer);
                    _node.DisallowAllIps(_peers[change.Peer]);
                    break;
            }
            if (!SameAnswers(naive, isIPv6) || !SameDumps(naive, isIPv6))
                return false;
        }
        return true;
    }

    bool SameAnswers(List<(UInt128 Prefix, int Length, int Owner)> naive, bool isIPv6)
    {
        int width = isIPv6 ? 128 : 32;
        for (uint i = 0; i < 256; i += 3)
        {
            UInt128 address = ((UInt128)(i >> 4) << (width - 4)) | (i & 15);
            int best = -1;
            Tunnel? expected = null;
            foreach ((UInt128 prefix, int length, int owner) in naive)
            {
                if (length <= best || (address & Mask(length, width)) != prefix)
                    continue;
                best = length;
                expected = _peers[owner];
            }
            Tunnel? found = isIPv6 ? _node.AllowedIps.Find(address) : _node.AllowedIps.Find((uint)address);
            if (found != expected)
                return false;
        }
        return true;
    }

    bool SameDumps(List<(UInt128 Prefix, int Length, int Owner)> naive, bool isIPv6) =>
        Enumerable
            .Range(0, _peers.Length)
            .All(peer =>
                _peers[peer]
                    .AllowedIps.SequenceEqual(
                        naive
                            .Where(entry => entry.Owner == peer)
                            .Select(entry => Network(isIPv6, entry.Prefix, entry.Length))
                    )
            );

    void Allow(int peer, string prefix) => _node.AllowIp(_peers[peer], IPNetwork.Parse(prefix));

    Tunnel? Find(string address) => _node.AllowedIps.Find(IPAddress.Parse(address));

    IEnumerable<string> Dump(int peer) => _peers[peer].AllowedIps.Select(prefix => prefix.ToString());

    static UInt128 Mask(int length, int width) =>
        length == 0 ? 0 : (UInt128.MaxValue << (width - length)) & (UInt128.MaxValue >> (128 - width));

    static IPNetwork Network(bool isIPv6, UInt128 prefix, int length)
    {
        byte[] bytes = new byte[16];
        BinaryPrimitives.WriteUInt128BigEndian(bytes, prefix);
        byte[] address = isIPv6 ? bytes : bytes[12..];
        Span<byte> masked = address;
        for (int bit = length; bit < address.Length * 8; bit++)
            masked[bit / 8] &= (byte)~(0x80 >> (bit % 8));
        return new IPNetwork(new IPAddress(address), length);
    }

    sealed record Change(UInt128 Bits, int Length, int Peer, int What);
}
