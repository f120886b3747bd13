using System.Diagnostics;
using System.Text;
using Weft.Mesh;
using Xunit;

namespace Weft.Tests.Mesh;

public sealed class SiteScriptTests : IDisposable
{
    readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Every_site_gets_the_same_script_which_its_owner_alone_may_run()
    {
        MeshMaker.Make(Meshes.Three, _folder.In("mesh.conf"), _folder.In("out"));

        string[] scripts = [.. Meshes.Three.Sites.Select(site => _folder.In("out", site.Name, SiteScript.FileName))];
        Assert.Single(scripts.Select(File.ReadAllText).Distinct());
        Assert.All(
            scripts,
            script =>
                Assert.Equal(
                    UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute,
                    File.GetUnixFileMode(script)
                )
        );
    }

    [Fact]
    public void What_is_written_fits_a_small_flash()
    {
        byte[] script = SiteScript.Text();

        Assert.InRange(script.Length, 1, 24 * 1024);
        Assert.StartsWith("#!/bin/sh\n# wg.sh: ", Encoding.UTF8.GetString(script), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("mawk")]
    [InlineData("gawk", "--posix")]
    [InlineData("busybox", "awk")]
    public void Every_awk_takes_its_program(string awk, params string[] mode)
    {
        string script = Encoding.UTF8.GetString(SiteScript.Text());
        int begins = script.IndexOf("3<<'EOF'\n", StringComparison.Ordinal) + "3<<'EOF'\n".Length;
        string program = script[begins..script.LastIndexOf("\nEOF\n", StringComparison.Ordinal)];
        string file = _folder.In("program.awk");
        File.WriteAllText(file, program);

        using Process process = Process.Start(
            new ProcessStartInfo(awk, [.. mode, "-f", file, "ask=key", "part=conf", "-"])
            {
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            }
        )!;
        process.StandardInput.Write("[Interface]\nPrivateKey = x\n");
        process.StandardInput.Close();
        Assert.Equal("", process.StandardError.ReadToEnd());
        Assert.Equal("x\n", process.StandardOutput.ReadToEnd());
    }

    [Theory]
    [InlineData(
        "#!/bin/sh\n# What it is.\n\n# Why.\nrun() { # NAME\n\techo ' x || y' || { a; b; } >x 2>\"$1\" <y\n}\n",
        "#!/bin/sh\n# What it is.\nrun() {\necho ' x || y'||{ a; b;}>x 2>\"$1\"<y\n}\n"
    )]
    [InlineData(
        "x\nlook() {\n\tawk -f - 3<<'EOF'\nif (a == 1) { print \" = \" b, c }\nfor (i = 1; / x /; i++) f(\"; \")\nEOF\n}\n",
        "x\nlook() {\nawk -f - 3<<'EOF'\nif(a==1){print\" = \"b,c}\nfor(i=1;/ x /;i++)f(\"; \")\nEOF\n}\n"
    )]
    [InlineData(
        "x\nlook() {\n\tawk -f - 3<<'EOF'\nif (a) {\n\tb = 1\n} else {\n\tprint \"{\"\n}\nEOF\n}\n",
        "x\nlook() {\nawk -f - 3<<'EOF'\nif(a){b=1}else{print\"{\"}\nEOF\n}\n"
    )]
    public void Only_what_a_reader_needs_is_left_out(string source, string written) =>
        Assert.Equal(written, SiteScript.Dense(source));
}
