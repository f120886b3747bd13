using Weft.Control;
using Xunit;

namespace Weft.Tests.Control.Boot;

public sealed class ClockFloorTests
{
    static readonly DateTimeOffset s_now = new(2026, 11, 22, 16, 0, 0, TimeSpan.Zero);
    static readonly TimeSpan s_hour = TimeSpan.FromHours(1);

    static DateTimeOffset? Floor(
        DateTimeOffset now,
        DateTimeOffset? note,
        DateTimeOffset? newest = null,
        bool isKept = false
    ) => ClockFloor.Of(new ClockFacts(now, isKept, note, newest ?? s_now - s_hour));

    [Fact]
    public void A_clock_that_is_past_the_last_note_is_believed()
    {
        Assert.Null(Floor(s_now, note: s_now - s_hour));
        Assert.Null(Floor(s_now, note: s_now));
        Assert.Null(Floor(s_now, note: null));
    }

    [Fact]
    public void A_clock_that_was_never_set_is_raised_past_all_that_is_dated()
    {
        DateTimeOffset unset = DateTimeOffset.UnixEpoch.AddSeconds(7);
        Assert.Equal(s_now + ClockFloor.NoteEvery, Floor(unset, note: s_now));
        Assert.Equal(s_now - s_hour + ClockFloor.NoteEvery, Floor(unset, note: null));
        Assert.Equal(s_now + s_hour + ClockFloor.NoteEvery, Floor(unset, note: s_now, newest: s_now + s_hour));
        // Nobody keeps such a clock right, whatever the kernel says.
        Assert.Equal(s_now + ClockFloor.NoteEvery, Floor(unset, note: s_now, isKept: true));
        Assert.Equal(
            ClockFloor.Earliest + ClockFloor.NoteEvery,
            Floor(unset, note: null, newest: DateTimeOffset.UnixEpoch)
        );
    }

    [Fact]
    public void A_clock_that_was_guessed_from_a_file_is_raised_past_the_last_note()
    {
        Assert.Equal(s_now + ClockFloor.NoteEvery, Floor(s_now - s_hour, note: s_now));
        // Not by files, which come from other hosts and bear their dates.
        Assert.Null(Floor(s_now - s_hour, note: null, newest: s_now));
    }

    [Fact]
    public void A_clock_that_is_kept_right_is_left_alone() =>
        Assert.Null(Floor(s_now - s_hour, note: s_now, isKept: true));

    [Fact]
    public void Dates_from_a_clock_that_was_wrong_itself_are_passed_over()
    {
        DateTimeOffset far = new(2099, 1, 1, 0, 0, 0, TimeSpan.Zero);
        Assert.Null(Floor(s_now, note: far));
        Assert.Equal(s_now + ClockFloor.NoteEvery, Floor(DateTimeOffset.UnixEpoch, note: s_now, newest: far));
    }

    [Theory]
    [InlineData(null, false, "/var/lib/weft")]
    [InlineData("/tmp", false, "/etc/weft")]
    [InlineData("tmp", false, "/etc/weft")]
    [InlineData("tmp/var", true, "/jffs/weft")]
    [InlineData("/mnt/disk/var", true, "/var/lib/weft")]
    public void What_outlives_a_reboot_is_not_kept_in_memory(string? varTarget, bool hasJffs, string place) =>
        Assert.Equal(place, LastingFolder.Choose(varTarget, hasJffs));
}
