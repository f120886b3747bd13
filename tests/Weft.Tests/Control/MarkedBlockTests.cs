using FsCheck;
using FsCheck.Fluent;
using Weft.Control;
using Xunit;

namespace Weft.Tests.Control;

/// <summary>Lines of ours in files that others write too.</summary>
public sealed class MarkedBlockTests
{
    static readonly MarkedBlock s_block = MarkedBlock.OfBoot("wg0");

    [Theory]
    [InlineData("")]
    [InlineData("echo mine")]
    [InlineData("echo mine\n")]
    [InlineData("echo mine\r\n\r\n")]
    public void A_block_comes_and_goes_and_leaves_the_text_as_it_was(string text)
    {
        string with = s_block.Put(text, "ours\n");
        Assert.StartsWith(text, with);
        Assert.Contains("\nours\n", with);
        Assert.Equal(with, s_block.Put(with, "ours"));
        Assert.Equal(text, s_block.Remove(with));
        Assert.Equal(text, s_block.Remove(text));
    }

    [Fact]
    public void Any_text_is_the_same_again_when_the_blocks_of_two_sites_are_gone_in_any_order() =>
        Prop.ForAll(
                ArbMap.Default.ArbFor<NonNull<string>>(),
                ArbMap.Default.ArbFor<bool>(),
                (text, firstFirst) =>
                {
                    MarkedBlock other = MarkedBlock.OfBoot("wg01");
                    string both = other.Put(s_block.Put(text.Get, "one"), "two");
                    return firstFirst
                        ? other.Remove(s_block.Remove(both)) == text.Get
                        : s_block.Remove(other.Remove(both)) == text.Get;
                }
            )
            .QuickCheckThrowOnFailure();

    [Fact]
    public void A_block_stays_where_somebody_moved_it_and_takes_its_new_text_there()
    {
        string text = $"first\n{s_block.Put("", "old")}last\n";
        string changed = s_block.Put(text, "new");
        Assert.StartsWith("first\n", changed);
        Assert.EndsWith("last\n", changed);
        Assert.Contains("new\n", changed);
        Assert.DoesNotContain("old", changed);
        Assert.Equal("first\nlast\n", s_block.Remove(changed));
    }

    [Fact]
    public void A_block_of_which_half_is_gone_is_left_to_its_owner()
    {
        string text = s_block.Put("", "ours").Replace("# weft wg0 ends\n", "");
        OperationFailedException e = Assert.Throws<OperationFailedException>(() => s_block.Remove(text));
        Assert.Contains("'# weft wg0 ends' is missing", e.Message);
        Assert.Throws<OperationFailedException>(() => s_block.Put(text, "ours"));
    }

    [Fact]
    public void What_stands_in_a_block_is_read_and_nothing_of_half_a_block()
    {
        MarkedBlock names = MarkedBlock.OfNames("wg0");
        string both = MarkedBlock
            .OfNames("wg1")
            .Put(names.Put("cache-size=1000", "server=/b.lan/\n"), "server=/c.lan/");
        Assert.Equal("server=/b.lan/\n", names.Read(both));
        Assert.Equal("server=/c.lan/\n", MarkedBlock.OfNames("wg1").Read(both));
        Assert.Null(names.Read("cache-size=1000"));
        Assert.Null(names.Read(both.Replace("# weft wg0 ends\n", "")));
        Assert.Null(names.Read(names.Put("", "ours")["# ".Length..]));
    }
}
