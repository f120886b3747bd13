using Weft.Config;
using Weft.Control;
using Weft.Mesh;
using Xunit;

namespace Weft.Tests.Mesh;

public sealed class MeshFileTests : IDisposable
{
    readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    string Mesh => _folder.In("mesh.conf");

    [Fact]
    public void A_mesh_reads_back_as_saved()
    {
        Assert.True(MeshFile.Save(Mesh, Meshes.Three));

        Assert.Equal(MeshConfigText.Write(Meshes.Three), MeshConfigText.Write(MeshFile.Load(Mesh).Value!));
        Assert.Equal("644", TemporaryFolder.ModeOf(Mesh));
        Assert.Single(_folder.Files());
    }

    [Fact]
    public void A_file_that_says_the_same_is_left_alone_with_its_comments()
    {
        string text = $"# ours\n{MeshConfigText.Write(Meshes.Three)}";
        File.WriteAllText(Mesh, text);

        Assert.False(MeshFile.Save(Mesh, Meshes.Three));

        Assert.Equal(text, File.ReadAllText(Mesh));
    }

    [Fact]
    public void A_link_stays_a_link_and_permissions_stay()
    {
        File.WriteAllText(_folder.In("real"), "");
        TemporaryFolder.SetMode(_folder.In("real"), "640");
        File.CreateSymbolicLink(Mesh, "real");

        MeshFile.Save(Mesh, Meshes.Three);

        Assert.NotNull(new FileInfo(Mesh).LinkTarget);
        Assert.Equal("640", TemporaryFolder.ModeOf(_folder.In("real")));
    }

    [Fact]
    public void What_cannot_be_read_is_named()
    {
        Assert.Equal(
            $"there is no file {Mesh}",
            Assert.Throws<OperationFailedException>(() => MeshFile.Load(Mesh)).Message
        );
        Assert.Equal(
            $"{_folder.Path} is a folder",
            Assert.Throws<OperationFailedException>(() => MeshFile.Load(_folder.Path)).Message
        );
        Assert.Contains(
            "larger than",
            Assert.Throws<OperationFailedException>(() => MeshFile.Load("/dev/zero")).Message,
            StringComparison.Ordinal
        );
    }
}
