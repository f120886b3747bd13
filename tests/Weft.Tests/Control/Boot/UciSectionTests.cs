using Weft.Control;
using Xunit;

namespace Weft.Tests.Control.Boot;

/// <summary>Sections of ours in files of UCI, which others write too.</summary>
public sealed class UciSectionTests
{
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
