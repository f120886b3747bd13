using Weft.Control;
using Weft.Crypto;
using Weft.Mesh;
using Xunit;

namespace Weft.Tests.Mesh;

public sealed class KeysFolderTests : IDisposable
{
    static readonly string[] Sites = ["a.example.org", "B.example.org"];

    readonly TemporaryFolder _folder = new();

    string Keys => _folder.In("keys");

    public void Dispose() => _folder.Dispose();

    void Make(params string[] sites)
    {
        using KeysFolder folder = KeysFolder.Open(Keys);
        using MeshKeys keys = folder.Load(sites);
        folder.Save();
    }

    OperationFailedException Refused(params string[] sites)
    {
        Dictionary<string, string> before = _folder.Files();
        OperationFailedException refusal = Assert.Throws<OperationFailedException>(() => Make(sites));
        Assert.Equal(before, _folder.Files());
        Assert.False(string.IsNullOrEmpty(refusal.Remedy), "a refusal has a way out");
        return refusal;
    }

    [Fact]
    public void Every_site_gets_a_key_and_the_mesh_a_seed_for_the_owner_alone()
    {
        Make(Sites);

        Assert.Equal(
            ["a.example.org.key", "b.example.org.key", "mesh.seed"],
            Directory.EnumerateFiles(Keys).Select(Path.GetFileName).Order()
        );
        Assert.Equal("700", TemporaryFolder.ModeOf(Keys));
        Assert.All(Directory.EnumerateFiles(Keys), file => Assert.Equal("600", TemporaryFolder.ModeOf(file)));
        Assert.All(Directory.EnumerateFiles(Keys), file => Assert.Equal(45, new FileInfo(file).Length));
    }

    [Fact]
    public void Keys_that_are_there_are_kept()
    {
        Make(Sites);
        Dictionary<string, string> before = _folder.Files();

        Make("a.example.org", "b.example.org", "c.example.org");

        Dictionary<string, string> after = _folder.Files();
        Assert.Equal(4, after.Count);
        Assert.All(before, file => Assert.Equal(file.Value, after[file.Key]));
    }

    [Fact]
    public void A_key_made_by_wg_genkey_is_taken()
    {
        Directory.CreateDirectory(Keys, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        const string key = "yAnz5TF+lXXJte14tji3zlMNq+hd2rYUIgJBgB3fBmk=";
        File.WriteAllText(_folder.In("keys", "a.example.org.key"), key + "\n");
        TemporaryFolder.SetMode(_folder.In("keys", "a.example.org.key"), "600");

        using KeysFolder folder = KeysFolder.Open(Keys);
        using MeshKeys keys = folder.Load(["a.example.org"]);

        Assert.Equal(PrivateKey.Parse(key)!.ToPublicKey(), keys.PublicKeyOf("a.example.org"));
    }

    [Fact]
    public void Nothing_is_written_before_it_is_saved()
    {
        using (KeysFolder folder = KeysFolder.Open(Keys))
        using (MeshKeys keys = folder.Load(Sites))
            Assert.Empty(_folder.Files());

        Assert.False(Directory.Exists(Keys));
    }

    [Theory]
    [InlineData("")]
    [InlineData("rubbish\n")]
    [InlineData("yAnz5TF+lXXJte14tji3zlMNq+hd2rYUIgJBgB3fBmk\n")]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n")]
    [InlineData("yAnz5TF+lXXJte14tji3zlMNq+hd2rYUIgJBgB3fBmk=\nyAnz5TF+lXXJte14tji3zlMNq+hd2rYUIgJBgB3fBmk=\n")]
    public void A_file_that_is_no_key_is_named_and_nothing_changes(string content)
    {
        Make(Sites);
        string file = _folder.In("keys", "a.example.org.key");
        File.WriteAllText(file, content);

        OperationFailedException refusal = Refused("a.example.org", "new.example.org");

        Assert.StartsWith($"{file} is not a key", refusal.Message, StringComparison.Ordinal);
        if (content.Length > 0)
            Assert.DoesNotContain(content.Trim(), refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_corrupt_seed_is_named_and_nothing_changes()
    {
        Make(Sites);
        File.WriteAllText(_folder.In("keys", "mesh.seed"), "x");

        Assert.StartsWith(_folder.In("keys", "mesh.seed"), Refused(Sites).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_key_that_others_can_read_is_refused()
    {
        Make(Sites);
        string file = _folder.In("keys", "a.example.org.key");
        TemporaryFolder.SetMode(file, "644");

        Assert.Equal($"Run: chmod 600 {file}", Refused(Sites).Remedy);
    }

    [Fact]
    public void A_key_that_is_a_link_is_refused()
    {
        Make(Sites);
        string file = _folder.In("keys", "a.example.org.key");
        File.Move(file, _folder.In("elsewhere"));
        File.CreateSymbolicLink(file, _folder.In("elsewhere"));

        Assert.Equal($"{file} is a link", Refused(Sites).Message);
    }

    [Fact]
    public void A_keys_folder_that_is_a_link_a_file_or_open_to_others_is_refused()
    {
        Directory.CreateDirectory(_folder.In("real"));
        File.CreateSymbolicLink(Keys, _folder.In("real"));
        Assert.Equal($"the keys folder {Keys} is a link", Refused(Sites).Message);

        File.Delete(Keys);
        File.WriteAllText(Keys, "");
        Assert.Equal($"the keys folder {Keys} is not a folder", Refused(Sites).Message);

        File.Delete(Keys);
        Directory.CreateDirectory(Keys);
        TemporaryFolder.SetMode(Keys, "755");
        Assert.Equal($"the keys folder {Keys} is open to other users", Refused(Sites).Message);
    }

    [Fact]
    public void Two_sites_with_one_key_are_refused()
    {
        Make(Sites);
        File.Copy(_folder.In("keys", "a.example.org.key"), _folder.In("keys", "b.example.org.key"), overwrite: true);

        Assert.Contains("hold the same key", Refused(Sites).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_in_use_is_refused()
    {
        Make(Sites);
        using KeysFolder held = KeysFolder.Open(Keys);

        Assert.StartsWith("another weft is using", Refused(Sites).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_a_killed_run_left_behind_is_no_hindrance()
    {
        Make("a.example.org");
        File.WriteAllText(_folder.In("keys", ".new-0"), "half");

        Make(Sites);

        Assert.Equal(3, _folder.Files().Count);
    }
}
