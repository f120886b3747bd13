using Weft.Device;
using Weft.Protocol;
using Xunit;

namespace Weft.Tests.Device;

public sealed class MannersTests
{
    const int Processors = 2;

    readonly List<bool> _told = [];
    readonly Manners _manners;
    Instant _now = new(5_000_000_000);
    int? _wanting = 1;
    bool _isRefused;
    int _looks;

    public MannersTests() =>
        _manners = new Manners(
            () =>
            {
                _looks++;
                return _wanting;
            },
            Processors,
            leaves =>
            {
                _told.Add(leaves);
                return !_isRefused;
            }
        );

    [Fact]
    public void With_a_processor_for_everyone_the_thread_leaves_turns()
    {
        Look(wanting: Processors);
        Assert.Equal([true], _told);
    }

    [Fact]
    public void In_a_crowd_it_takes_its_turn_after_two_looks()
    {
        Look(wanting: 1);
        Look(wanting: Processors + 1);
        Assert.Equal([true], _told);
        Look(wanting: Processors + 1);
        Assert.Equal([true, false], _told);
    }

    [Fact]
    public void A_crowd_of_one_look_changes_nothing()
    {
        Look(wanting: 1);
        for (int i = 0; i < 20; i++)
            Look(wanting: i % 2 == 0 ? Processors + 1 : 1);
        Assert.Equal([true], _told);
    }

    [Fact]
    public void It_leaves_turns_again_once_the_crowd_is_gone_for_a_second()
    {
        Look(wanting: 9);
        Look(wanting: 9);
        for (int i = 0; i < 9; i++)
            Look(wanting: 1);
        Look(wanting: 9);
        for (int i = 0; i < 9; i++)
            Look(wanting: 1);
        Assert.Empty(_told);
        Look(wanting: 1);
        Assert.Equal([true], _told);
    }

    [Fact]
    public void It_looks_ten_times_a_second_at_most()
    {
        for (int i = 0; i < 1000; i++)
        {
            _manners.Look(_now);
            _now += TimeSpan.FromMilliseconds(1);
        }
        Assert.Equal(10, _looks);
    }

    [Fact]
    public void Where_nobody_can_tell_nothing_changes()
    {
        for (int i = 0; i < 30; i++)
            Look(wanting: null);
        Assert.Empty(_told);
    }

    [Fact]
    public void A_kernel_that_refuses_is_asked_again()
    {
        _isRefused = true;
        Look(wanting: 1);
        _isRefused = false;
        Look(wanting: 1);
        Look(wanting: 1);
        Assert.Equal([true, true], _told);
    }

    void Look(int? wanting)
    {
        _wanting = wanting;
        _manners.Look(_now);
        _now += TimeSpan.FromSeconds(0.1);
    }
}
