using Weft.Linux;
using Xunit;

namespace Weft.Tests.Linux;

public sealed class TunDeviceTests : IDisposable
{
    readonly TestNamespace _home = new();
    readonly string _name = $"wt{Environment.ProcessId}";
    readonly TunDevice _tun;
    readonly TunLink _link;

    public TunDeviceTests()
    {
        _tun = _home.Run(() => TunDevice.Create(_name));
        _link = TunLink.Open(_tun);
    }

    [Fact]
    public void Goes_up_and_down_and_away()
    {
        using Poller poller = new(_link.Descriptor);
        Assert.Equal(TunState.Down, _tun.State);
        _link.Drain();

        TestNamespace.Ip($"-n {_home.Name} link set {_name} up");
        Assert.True(poller.Wait(milliseconds: 5000));
        Assert.Equal(TunState.Up, _tun.State);

        TestNamespace.Ip($"-n {_home.Name} link set {_name} down");
        Assert.Equal(TunState.Down, _tun.State);

        TestNamespace.Ip($"-n {_home.Name} link del {_name}");
        Assert.Equal(TunState.Gone, _tun.State);
        Assert.Null(_tun.Name);
        Assert.Equal(TunStatus.Gone, _tun.Read(new byte[100], out _));
    }

    [Fact]
    public void Is_followed_to_another_namespace_and_another_name()
    {
        using TestNamespace away = new();
        _link.SetMtu(1380);
        TestNamespace.Ip($"-n {_home.Name} link set {_name} netns {away.Name} name moved");

        Assert.Equal("moved", _tun.Name);
        Assert.Null(_link.Mtu);
        _link.Follow();
        Assert.Equal(1380, _link.Mtu);

        using Poller poller = new(_link.Descriptor);
        _link.Drain();
        TestNamespace.Ip($"-n {away.Name} link set moved up mtu 1300");
        Assert.True(poller.Wait(milliseconds: 5000));
        Assert.Equal(TunState.Up, _tun.State);
        Assert.Equal(1300, _link.Mtu);
    }

    [Fact]
    public void Writing_while_down_says_so()
    {
        byte[] packet = Device.TestPackets.Build(new Device.Flow(false, true), new byte[10]);
        BufferSlice all = new(0, packet.Length);
        Assert.Equal(TunStatus.Down, _tun.Write(default, packet, new ReadOnlySpan<BufferSlice>(in all)));
        _link.SetUp(true);
        Assert.Equal(TunStatus.Done, _tun.Write(default, packet, new ReadOnlySpan<BufferSlice>(in all)));
        Assert.Equal(TunStatus.Refused, _tun.Write(default, new byte[20], new ReadOnlySpan<BufferSlice>(in s_short)));
    }

    static readonly BufferSlice s_short = new(0, 5);

    [Fact]
    public void A_name_that_is_taken_is_refused()
    {
        KernelRefusedException e = Assert.Throws<KernelRefusedException>(() =>
            _home.Run(() => TunDevice.Create(_name))
        );
        Assert.Equal(("TUNSETIFF", Errno.EBUSY), (e.Call, e.Error));
        Assert.Throws<ArgumentException>(() => TunDevice.Create("a-name-of-16-byt"));
    }

    public void Dispose()
    {
        _link.Dispose();
        _tun.Dispose();
        _home.Dispose();
    }
}
