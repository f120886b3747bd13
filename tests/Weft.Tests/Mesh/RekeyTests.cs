using Weft.Config;
using Weft.Control;
using Weft.Crypto;
using Weft.Mesh;
using Xunit;

namespace Weft.Tests.Mesh;

/// <summary>A site gets another key, step by step, and a run that is cut short anywhere can be done again.</summary>
public sealed class RekeyTests : IDisposable
{
    const string Site = "b.example.org";

    readonly TemporaryFolder _folder = new();

    public RekeyTests()
    {
        MeshFile.Save(Mesh, Meshes.Three);
        MeshMaker.Make(Meshes.Three, Mesh, Out);
    }

    string Mesh => _folder.In("mesh.conf");

    string Out => _folder.In("out");

    public void Dispose() => _folder.Dispose();

    MadeMesh Rekey(RekeyPhase phase, string site = "B.example.org") => MeshSites.Rekey(Mesh, Out, site, phase).Made!;

    SiteConfig Read(string site)
    {
        string file = _folder.In("out", site, "wg0.conf");
        ParseResult<SiteConfig> result = SiteConfigText.Parse(File.ReadAllText(file), file);
        Assert.Empty(result.Faults);
        return result.Value!;
    }

    static FileChange[] Changes(MadeMesh made) => [.. made.Sites.Select(s => s.Change)];

    [Fact]
    public void The_first_step_tells_the_others_of_the_new_key_and_leaves_the_sites_own_file()
    {
        PublicKey old = Read(Site).Interface.PrivateKey!.ToPublicKey();
        PresharedKey? before = Read("a.example.org").Peer(Site).PresharedKey;

        MadeMesh made = Rekey(RekeyPhase.Begin);

        Assert.Equal([FileChange.Changed, FileChange.Unchanged, FileChange.Changed], Changes(made));
        Assert.Equal([Site], made.HalfDone);
        foreach (string other in (string[])["a.example.org", "c.example.org"])
        {
            PeerSection[] peers = [.. Read(other).Peers.Where(p => p.Site == Site)];
            Assert.Equal(2, peers.Length);
            Assert.Equal(old, peers[0].PublicKey);
            Assert.Equal("192.168.192.2/32, 10.0.2.0/24", peers[0].Allowed());
            Assert.Null(peers[0].Replaces);
            Assert.Equal(old, peers[1].Replaces);
            Assert.Empty(peers[1].AllowedIps);
            Assert.Equal(peers[0].Endpoint, peers[1].Endpoint);
            Assert.Equal(peers[0].PersistentKeepalive, peers[1].PersistentKeepalive);
            Assert.NotEqual(peers[0].PresharedKey, peers[1].PresharedKey);
        }
        Assert.Equal(before, Read("a.example.org").Peers.First(p => p.Site == Site).PresharedKey);
    }

    [Fact]
    public void The_last_step_gives_the_site_the_key_that_the_others_know()
    {
        Rekey(RekeyPhase.Begin);
        PeerSection told = Read("a.example.org").Peers.Single(p => p.Replaces is not null);

        MadeMesh made = Rekey(RekeyPhase.Finish);

        SiteConfig own = Read(Site);
        Assert.Equal([FileChange.Changed, FileChange.Changed, FileChange.Changed], Changes(made));
        Assert.Equal([false, true, false], made.Sites.Select(s => s.HasNewKey));
        Assert.Empty(made.HalfDone);
        Assert.Equal(told.PublicKey, own.Interface.PrivateKey!.ToPublicKey());
        Assert.Equal(told.PresharedKey, own.Peer("a.example.org").PresharedKey);
        PeerSection known = Read("a.example.org").Peer(Site);
        Assert.Equal(told.PublicKey, known.PublicKey);
        Assert.Equal("192.168.192.2/32, 10.0.2.0/24", known.Allowed());
        Assert.Null(known.Replaces);
        Assert.False(File.Exists(_folder.In("keys", "b.example.org.next")));
    }

    [Theory]
    [InlineData(RekeyPhase.Begin)]
    [InlineData(RekeyPhase.Finish)]
    [InlineData(RekeyPhase.Undo)]
    public void Every_step_can_be_taken_again_and_changes_nothing_more(RekeyPhase phase)
    {
        if (phase != RekeyPhase.Begin)
            Rekey(RekeyPhase.Begin);
        Rekey(phase);
        Dictionary<string, string> before = _folder.Files();

        Assert.All(Changes(Rekey(phase)), change => Assert.Equal(FileChange.Unchanged, change));

        Assert.Equal(before, _folder.Files());
    }

    [Fact]
    public void Giving_up_leaves_everything_as_it_was()
    {
        Dictionary<string, string> before = _folder.Files();
        Rekey(RekeyPhase.Begin);

        Rekey(RekeyPhase.Undo);

        Assert.Equal(before, _folder.Files());
    }

    [Fact]
    public void Making_the_mesh_meanwhile_keeps_both_keys()
    {
        Rekey(RekeyPhase.Begin);
        Dictionary<string, string> before = _folder.Files();

        MadeMesh made = MeshMaker.Make(Meshes.Three, Mesh, Out);

        Assert.Equal([Site], made.HalfDone);
        Assert.Equal(before, _folder.Files());
    }

    [Fact]
    public void A_last_step_killed_before_its_keys_were_settled_is_finished_by_the_next()
    {
        Rekey(RekeyPhase.Begin);
        string[] keys = [_folder.In("keys", "b.example.org.key"), _folder.In("keys", "b.example.org.next")];
        string[] texts = [.. keys.Select(File.ReadAllText)];
        Rekey(RekeyPhase.Finish);
        Dictionary<string, string> finished = _folder.Files();
        // As the kill leaves it: the files are the new ones, both keys are still there.
        for (int i = 0; i < keys.Length; i++)
        {
            File.WriteAllText(keys[i], texts[i]);
            File.SetUnixFileMode(keys[i], UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }

        Assert.All(Changes(Rekey(RekeyPhase.Finish)), change => Assert.Equal(FileChange.Unchanged, change));

        Assert.Equal(finished, _folder.Files());
    }

    [Fact]
    public void A_removed_site_takes_its_next_key_along()
    {
        Rekey(RekeyPhase.Begin);

        MeshSites.Remove(Mesh, Out, Site);

        Assert.DoesNotContain(_folder.Files().Keys, file => file.Contains(Site, StringComparison.Ordinal));
    }

    [Fact]
    public void A_next_key_that_is_another_sites_key_is_refused()
    {
        Rekey(RekeyPhase.Begin);
        File.Copy(_folder.In("keys", "a.example.org.key"), _folder.In("keys", "b.example.org.next"), overwrite: true);

        OperationFailedException refusal = Assert.Throws<OperationFailedException>(() => Rekey(RekeyPhase.Finish));

        Assert.Contains("hold the same key", refusal.Message, StringComparison.Ordinal);
    }
}
