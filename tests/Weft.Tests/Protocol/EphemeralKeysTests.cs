using Weft.Crypto;
using Weft.Protocol;
using Weft.Tests.Device;
using Xunit;

namespace Weft.Tests.Protocol;

public sealed class EphemeralKeysTests
{
    readonly EphemeralKeys _keys = new(new SeededEntropy(7));

    [Fact]
    public void Each_key_is_given_once_whether_it_was_made_ahead_or_not()
    {
        HashSet<PublicKey> given = [];
        for (int round = 0; round < 2; round++)
        {
            _keys.MakeAhead();
            Assert.Equal(EphemeralKeys.Capacity, _keys.Count);
            for (int i = 0; i < EphemeralKeys.Capacity + 3; i++)
            {
                using PrivateKey key = _keys.Take();
                Assert.True(given.Add(key.ToPublicKey()));
            }
            Assert.Equal(0, _keys.Count);
        }
    }

    [Fact]
    public void Nothing_is_made_ahead_unasked_or_left_when_cleared()
    {
        _keys.Take().Dispose();
        Assert.Equal(0, _keys.Count);
        _keys.MakeAhead();
        _keys.Clear();
        Assert.Equal(0, _keys.Count);
    }

    [Fact]
    public void Takers_and_maker_may_be_different_threads()
    {
        HashSet<PublicKey>[] given =
        [
            [],
            [],
        ];
        Thread[] takers =
        [
            .. given.Select(mine => new Thread(() =>
            {
                for (int i = 0; i < 500; i++)
                {
                    using PrivateKey key = _keys.Take();
                    mine.Add(key.ToPublicKey());
                }
            })),
        ];
        foreach (Thread taker in takers)
            taker.Start();
        while (Array.Exists(takers, taker => taker.IsAlive))
            _keys.MakeAhead();
        Assert.Equal(1000, given[0].Union(given[1]).Count());
    }
}
