using Weft.Linux.Netlink;
using Xunit;

namespace Weft.Tests.Netlink;

public sealed class GenericNetlinkTests
{
    [Fact]
    public void The_family_that_knows_the_others_is_found_and_one_that_is_not_there_is_null()
    {
        using (GenericNetlink? control = GenericNetlink.TryOpen("nlctrl", 1))
            Assert.NotNull(control);
        Assert.Null(GenericNetlink.TryOpen("weft-has-none", 1));
    }

    [Fact]
    public void A_dump_of_all_families_has_the_one_that_answers()
    {
        const byte getFamily = 3;
        const int familyName = 2;
        using GenericNetlink control = GenericNetlink.TryOpen("nlctrl", 1)!;

        IEnumerable<string> names = control.Dump(
            control.Write(getFamily, NetlinkOptions.Dump),
            "CTRL_CMD_GETFAMILY",
            attributes =>
            {
                while (attributes.MoveNext())
                {
                    if (attributes.Type == familyName)
                        return attributes.Text;
                }
                return null;
            }
        );

        Assert.Contains("nlctrl", names);
    }
}
