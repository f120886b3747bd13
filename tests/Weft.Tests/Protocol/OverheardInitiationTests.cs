using Weft.Crypto;
using Weft.Protocol;
using Weft.Tests.Protocol.Simulation;
using Xunit;

namespace Weft.Tests.Protocol;

public sealed class OverheardInitiationTests
{
    readonly World _world = new();

    [Fact]
    public void It_bears_the_key_and_the_clock_of_its_sender()
    {
        (Host a, Host b) = _world.AddPair();
        DateTimeOffset begun = DateTimeOffset.FromUnixTimeSeconds(_world.Wall.Seconds);
        a.SendTo(b);
        _world.Settle();
        byte[] initiation = _world.Sent[0].Bytes;

        OverheardInitiation heard = OverheardInitiation.Read(b.Key, initiation);
        Assert.True(heard.IsForUs);
        Assert.Equal(a.Key.ToPublicKey(), heard.Initiator);
        Assert.InRange((heard.Sent!.Value - begun).Duration(), TimeSpan.Zero, TimeSpan.FromSeconds(2));

        // The response is meant for the initiator, and the initiation was not.
        Assert.True(OverheardInitiation.IsMeantFor(a.Key.ToPublicKey(), _world.Sent[1].Bytes));
        Assert.False(OverheardInitiation.IsMeantFor(a.Key.ToPublicKey(), initiation));
    }

    [Fact]
    public void To_others_it_says_nothing()
    {
        (Host a, Host b) = _world.AddPair();
        a.SendTo(b);
        _world.Settle();
        byte[] initiation = _world.Sent[0].Bytes;
        OverheardInitiation nothing = new(false, null, null);

        using PrivateKey other = new([.. Enumerable.Repeat((byte)9, 32)]);
        Assert.Equal(nothing, OverheardInitiation.Read(other, initiation));
        Assert.Equal(nothing, OverheardInitiation.Read(b.Key, initiation.AsSpan(1)));
        Assert.Equal(nothing, OverheardInitiation.Read(b.Key, _world.Sent[1].Bytes));
        initiation[130] ^= 1;
        Assert.Equal(nothing, OverheardInitiation.Read(b.Key, initiation));
    }
}
