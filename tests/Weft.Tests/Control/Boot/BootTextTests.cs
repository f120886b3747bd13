using FsCheck;
using FsCheck.Fluent;
using Weft.Control;
using Xunit;

namespace Weft.Tests.Control.Boot;

/// <summary>What is put into texts that others write too.</summary>
public sealed class BootTextTests
{
    static readonly BootBlock s_block = new("wg0");

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
                    BootBlock other = new("wg01");
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

    const string Firewall = """
        config defaults
        	option input 'REJECT'

        config zone
        	option name 'lan'

        """;

    static readonly (string, string)[] s_options = [("type", "script"), ("path", "/etc/weft/firewall-wg0")];

    [Fact]
    public void A_section_comes_and_goes_and_leaves_the_others_as_they_were()
    {
        UciSection section = new("include", "weft_wg0");
        string with = section.Put(Firewall, s_options);
        Assert.Equal(
            Firewall + "\nconfig include 'weft_wg0'\n\toption type 'script'\n\toption path '/etc/weft/firewall-wg0'\n",
            with
        );
        Assert.Equal(with, section.Put(with, s_options));
        Assert.Equal(Firewall, section.Remove(with));
        Assert.Equal(Firewall, section.Remove(Firewall));
    }

    [Fact]
    public void A_section_is_found_as_uci_writes_it_anew_between_others()
    {
        UciSection section = new("include", "weft_wg0");
        string text = "config include weft_wg0\n\toption type \"script\"\n\nconfig zone\n\toption name 'wan'\n";
        Assert.Equal(
            "config include 'weft_wg0'\n\toption type 'script'\n\toption path '/etc/weft/firewall-wg0'\n\n"
                + "config zone\n\toption name 'wan'\n",
            section.Put(text, s_options)
        );
    }
}
