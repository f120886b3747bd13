using System.Collections.Immutable;
using FsCheck;
using FsCheck.Fluent;
using Weft.Config;
using Weft.Mesh;
using Xunit;

namespace Weft.Tests.Mesh;

public sealed class MeshEditTests
{
    const string Text = """
        # Our mesh.
        [Mesh]
        Network = 192.168.192.0/24

        # Head office.
        [Site]
        Name = a.example.org   # since 2019
        Lan = 10.0.1.0/24

        # The branch,
        # rented.
        [Site]
        Name = b.example.org
        Lan = 10.0.2.0/24

        # The cabin.
        [Site]
        Name = c.example.org
        Lan = 10.0.3.0/24
        Nat = yes

        """;

    static MeshConfig Parse(string text)
    {
        ParseResult<MeshConfig> parsed = MeshConfigText.Parse(text, "mesh.conf");
        Assert.Empty(parsed.Faults);
        return parsed.Value!;
    }

    static string[] AddressesOf(MeshConfig mesh) =>
        [.. TunnelAddresses.Assign(mesh).Select(site => string.Join(", ", site))];

    [Fact]
    public void An_added_site_stands_at_the_end_and_the_rest_as_it_was()
    {
        string text = MeshEdit.Add(Text, Meshes.Natted("d.example.org", "10.0.4.0/24"));

        Assert.Equal($"{Text}\n[Site]\nName = d.example.org\nLan = 10.0.4.0/24\nNat = yes\n", text);
    }

    [Fact]
    public void A_file_without_a_final_line_end_gets_one()
    {
        string text = MeshEdit.Add(Text.TrimEnd(), Meshes.Site("d.example.org"));

        Assert.Equal(4, Parse(text).Sites.Length);
    }

    [Fact]
    public void A_removed_site_goes_with_its_comments_and_the_others_keep_their_addresses()
    {
        Assert.Equal(
            """
            # Our mesh.
            [Mesh]
            Network = 192.168.192.0/24

            # Head office.
            [Site]
            Name = a.example.org   # since 2019
            Lan = 10.0.1.0/24

            # The cabin.
            [Site]
            Name = c.example.org
            Address = 192.168.192.3
            Lan = 10.0.3.0/24
            Nat = yes

            """,
            MeshEdit.Remove(Text, Parse(Text), 1)
        );
    }

    [Fact]
    public void The_last_site_can_go()
    {
        string text = MeshEdit.Remove(Text, Parse(Text), 2);

        Assert.Equal(["a.example.org", "b.example.org"], Parse(text).Sites.Select(s => s.Name));
        Assert.EndsWith("Lan = 10.0.2.0/24\n\n", text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_mesh_section_behind_the_sites_stays()
    {
        const string text = "[Site]\nName = a.example.org\n[Site]\nName = b.example.org\n[Mesh]\nNetwork = 10.0.0.0/24";

        MeshConfig mesh = Parse(MeshEdit.Remove(text, Parse(text), 1));

        Assert.Equal("a.example.org", Assert.Single(mesh.Sites).Name);
    }

    [Fact]
    public void Whichever_site_leaves_any_mesh_the_others_keep_all_that_they_had() =>
        Prop.ForAll(
                Meshes.Any,
                Gen.Choose(0, 1000).ToArbitrary(),
                (written, chance) =>
                {
                    string text = MeshConfigText.Write(written);
                    MeshConfig mesh = Parse(text);
                    int site = chance % mesh.Sites.Length;

                    MeshConfig rest = Parse(MeshEdit.Remove(text, mesh, site));

                    Assert.Equal(AddressesOf(mesh).Where((_, i) => i != site), AddressesOf(rest));
                    Assert.Equal(
                        MeshConfigText.Write(Bare(mesh with { Sites = mesh.Sites.RemoveAt(site) })),
                        MeshConfigText.Write(Bare(rest))
                    );
                }
            )
            .Check(FsCheck.Config.QuickThrowOnFailure.WithQuietOnSuccess(true));

    [Fact]
    public void Whichever_site_joins_any_mesh_the_others_keep_all_that_they_had() =>
        Prop.ForAll(
                Meshes.Any,
                written =>
                {
                    string text = MeshConfigText.Write(written);
                    MeshConfig more = Parse(MeshEdit.Add(text, Meshes.Site("new.example.org", "172.16.0.0/24")));

                    Assert.Equal(AddressesOf(written), AddressesOf(more)[..^1]);
                    Assert.Equal(
                        MeshConfigText.Write(written),
                        MeshConfigText.Write(more with { Sites = more.Sites[..^1] })
                    );
                }
            )
            .Check(FsCheck.Config.QuickThrowOnFailure.WithQuietOnSuccess(true));

    static MeshConfig Bare(MeshConfig mesh) =>
        mesh with
        {
            Sites =
            [
                .. mesh.Sites.Select(site => site with { Addresses = ImmutableArray<System.Net.IPAddress>.Empty }),
            ],
        };
}
