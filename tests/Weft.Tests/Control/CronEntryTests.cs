using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Weft.Control;
using Weft.Tests.Mesh;
using Xunit;

namespace Weft.Tests.Control;

/// <summary>Our line in a crontab of somebody's, with a shell script in the place of crontab(1).</summary>
public sealed class CronEntryTests : IDisposable
{
    const string Command = "'/opt/weft' 'watch' wg0 --background >/dev/null 2>&1";
    const string Line = $"* * * * * {Command} #weft-wg0#";
    const string OfDebian = "no crontab for root";
    const string OfBusybox = "crontab: can't open 'root': No such file or directory";

    readonly TemporaryFolder _folder = new();

    string Table => _folder.In("table");

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("")]
    [InlineData("\n")]
    [InlineData("\n\n# mine\n\n5 4 * * * echo mine\n\n\n")]
    [InlineData("5 4 * * * echo mine\r\n\r\n")]
    [InlineData("5 4 * * * echo without an end")]
    [InlineData("5 4 * * * echo other #weft-wg01#\n")]
    public void The_line_comes_and_goes_and_leaves_the_table_as_it_was(string table)
    {
        string with = CronEntry.With(table, "wg0", Line);

        Assert.Contains($"\n{Line}\n", $"\n{with}");
        Assert.Equal(with, CronEntry.With(with, "wg0", Line));
        Assert.Equal(table, CronEntry.With(with, "wg0", null));
        Assert.Equal(table, CronEntry.With(table, "wg0", null));
    }

    [Fact]
    public void Any_table_is_the_same_again_when_the_lines_of_two_sites_are_gone() =>
        Prop.ForAll(
                ArbMap.Default.ArbFor<NonNull<string>>(),
                table =>
                    CronEntry.With(
                        CronEntry.With(
                            CronEntry.With(CronEntry.With(table.Get, "wg0", Line), "wg1", "a #weft-wg1#"),
                            "wg0",
                            null
                        ),
                        "wg1",
                        null
                    ) == table.Get
            )
            .QuickCheckThrowOnFailure();

    [Fact]
    public void An_older_line_of_ours_gives_way() =>
        Assert.Equal($"\n# mine\n{Line}\n", CronEntry.With("\nold #weft-wg0#\n# mine\n", "wg0", Line));

    [Fact]
    public void Bytes_that_are_no_text_stay_as_they_are()
    {
        // It begins with what marks another encoding.
        byte[] table = Encoding.Latin1.GetBytes("\u00ff\u00fe\n5 4 * * * cp /srv/Stra\u00dfe /srv/b\n\n\u0080\n");
        File.WriteAllBytes(Table, table);
        CronEntry entry = Entry();

        entry.Put("wg0", "'/opt/wéft' 'watch' wg0");
        Assert.Equal([.. table, .. Encoding.UTF8.GetBytes("* * * * * '/opt/wéft' 'watch' wg0 #weft-wg0#\n")], Bytes());
        Assert.True(entry.Has("wg0"));
        entry.Remove("wg0");
        Assert.Equal(table, Bytes());
    }

    [Fact]
    public void A_line_that_is_there_is_not_written_again()
    {
        File.WriteAllText(Table, $"{Line.Replace("/weft", "/wéft", StringComparison.Ordinal)}\n");

        List<string> steps = [];
        Assert.True(Entry(steps: steps).Put("wg0", Command.Replace("/weft", "/wéft", StringComparison.Ordinal)));

        Assert.Empty(steps);
    }

    [Theory]
    [InlineData(OfDebian)]
    [InlineData(OfBusybox)]
    public void A_user_without_a_table_gets_one_and_has_none_again(string none)
    {
        CronEntry entry = Entry(none);

        Assert.False(entry.Has("wg0"));
        entry.Remove("wg0");
        Assert.False(File.Exists(Table));
        entry.Put("wg0", Command);
        Assert.Equal($"{Line}\n", File.ReadAllText(Table));
        entry.Remove("wg0");
        Assert.False(File.Exists(Table));
    }

    [Theory]
    [InlineData("echo 'crontab: crontabs/root/: fdopen: Permission denied' >&2; exit 1", "Permission denied")]
    [InlineData("exit 1", "status 1")]
    [InlineData("cat $table; echo 'crontab: No such file or directory' >&2; exit 1", "No such file or directory")]
    public void A_table_that_cannot_be_read_is_not_written(string list, string complaint)
    {
        const string jobs = "5 4 * * * echo mine\n";
        File.WriteAllText(Table, jobs);
        CronEntry entry = Entry(list: list);

        foreach (
            Action act in (Action[])[() => entry.Put("wg0", Command), () => entry.Remove("wg0"), () => entry.Has("wg0")]
        )
        {
            OperationFailedException refused = Assert.Throws<OperationFailedException>(act);
            Assert.StartsWith("The crontab cannot be read: ", refused.Message);
            Assert.EndsWith(complaint, refused.Message);
        }
        Assert.Equal(jobs, File.ReadAllText(Table));
    }

    byte[] Bytes() => File.ReadAllBytes(Table);

    /// <param name="none">What it says where there is no table.</param>
    /// <param name="list">What it does for <c>-l</c>; null for what it does.</param>
    /// <param name="steps">Takes the changes.</param>
    CronEntry Entry(string none = OfDebian, string? list = null, List<string>? steps = null)
    {
        string program = _folder.In("crontab");
        File.WriteAllText(
            program,
            $$"""
            #!/bin/sh
            table='{{Table}}'
            case $1 in
            -l) {{list ?? $"[ -e \"$table\" ] || {{ echo \"{none}\" >&2; exit 1; }}; exec cat \"$table\""}} ;;
            -r) exec rm "$table" ;;
            -) exec cat >"$table" ;;
            esac
            """
        );
        TemporaryFolder.SetMode(program, "755");
        Reporting reporting = new() { Step = line => steps?.Add(line) };
        return new CronEntry(null, program, new Tools(_ => { }), reporting);
    }
}
