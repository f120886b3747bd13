using System.Text;
using Weft.Control;
using Weft.Mesh;
using Xunit;

namespace Weft.Tests.Mesh.Watch;

/// <summary>What a watcher finds of the one before it, in a <c>/run</c> that need not be of this boot.</summary>
public sealed class WatchNotesTests : IDisposable
{
    const string Key = "AQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHyA=";
    const string AnotherBoot = "5f0c1f5e-33a4-4a5e-9e51-7d1b3a0c2f11";

    static readonly TimeSpan s_year = TimeSpan.FromDays(365);

    readonly TemporaryFolder _folder = new();
    readonly List<string> _warnings = [];

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Notes_of_this_boot_are_read_as_they_were_written()
    {
        WatchNotes notes = new WatchNotes
        {
            Links = new WatchNotes().Links.Add(Key, new LinkState { IsUp = false, Flaps = 3 }),
        }.With(new WatchEvent(DateTimeOffset.UnixEpoch, "down", "a.example.org", "3 checks without an answer"));
        Folder.Write(notes.ToBytes());

        WatchNotes read = Read()!;

        Assert.Equal(MachineBoot.Id, read.Boot);
        Assert.Equal(notes.Links, read.Links);
        Assert.Equal(notes.History, read.History);
        Assert.Equal(notes.ToBytes(), read.ToBytes());
    }

    [Fact]
    public void Notes_of_another_boot_are_as_if_there_were_none()
    {
        Write(TimeSpan.Zero, TimeSpan.Zero, $"\"boot\": \"{AnotherBoot}\",");

        Assert.Null(Read());
        Assert.Empty(_warnings);
    }

    [Fact]
    public void Notes_from_before_they_told_their_boot_are_read_unless_a_moment_is_yet_to_come()
    {
        Write(TimeSpan.Zero, TimeSpan.Zero);
        Assert.False(Read()!.Links[Key].IsUp);

        Write(MachineBoot.Age + s_year, TimeSpan.Zero);
        Assert.Null(Read());
        Write(TimeSpan.Zero, MachineBoot.Age + s_year);
        Assert.Null(Read());
        Assert.Empty(_warnings);
    }

    [Theory]
    [InlineData("a", "a", true)]
    [InlineData("a", "b", false)]
    [InlineData(null, "b", true)]
    [InlineData("a", null, true)]
    [InlineData(null, null, true)]
    public void A_boot_is_known_by_its_name_and_by_its_age(string? told, string? current, bool isOf)
    {
        TimeSpan moment = TimeSpan.FromMinutes(5);
        WatchNotes notes = new()
        {
            Boot = told,
            Links = new WatchNotes().Links.Add(Key, new LinkState { Since = moment, CalmSince = moment }),
        };

        Assert.Equal(isOf, notes.IsOf(current, moment));
        Assert.False(notes.IsOf(current, moment - TimeSpan.FromTicks(1)));
    }

    WatchFolder Folder => new(_folder.Path);

    WatchNotes? Read() => WatchNotes.Read(Folder, _warnings.Add);

    void Write(TimeSpan since, TimeSpan calmSince, string boot = "") =>
        Folder.Write(
            Encoding.UTF8.GetBytes(
                $$"""
                {
                  "version": 1, {{boot}}
                  "links": { "{{Key}}": { "isUp": false, "flaps": 2, "since": "{{since}}", "calmSince": "{{calmSince}}" } },
                  "history": []
                }
                """
            )
        );
}
