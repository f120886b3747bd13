using System.Diagnostics;
using System.Reflection;
using Weft.Tests.Wg;
using Xunit;

namespace Weft.Tests.Control;

/// <summary>The program that docs/library.md shows, for those who use the library.</summary>
public sealed class LibraryTests
{
    static string Folder { get; } =
        typeof(LibraryTests)
            .Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
            .Single(a => a.Key == "Sample")
            .Value!;

    [Fact]
    public void The_page_shows_the_program_as_it_is()
    {
        string page = File.ReadAllText(Path.Combine(Folder, "../../docs/library.md"));
        string shown = page.Split("```csharp\n")[1].Split("```\n")[0];
        Assert.Equal(File.ReadAllText(Path.Combine(Folder, "Program.cs")), shown);
    }

    [Theory]
    [InlineData(DeviceMake.Weft)]
    [InlineData(DeviceMake.Go)]
    public void The_program_does_what_the_page_says(DeviceMake make)
    {
        using RealDevices devices = new(make, "wdev0");
        devices.Reset("wdev0", WgWrittenCases.Status(0));
        string[] before = devices.States();

        (int status, string output, string errors) = RunBeside(devices, "wdev0");

        Assert.Equal((0, ""), (status, errors));
        Assert.StartsWith("wdev0: port 12912, public key wVMuGz01CPx+vDVPpnliDzPyhxSVQuaExnt7DYE2Kyk=\n", output);
        Assert.Contains($"  {WgWrittenCases.KeyB} at 1.2.3.4:5: never heard from, 0 bytes in\n", output);
        Assert.Contains(" at 192.0.2.7:51820: never heard from", output);
        Assert.Equal(before, devices.States());
        Assert.Equal((1, "", "nope: there is no such WireGuard device\n"), RunBeside(devices, "nope"));
    }

    static (int Status, string Output, string Errors) RunBeside(RealDevices devices, string argument)
    {
        string program = Path.Combine(Folder, "bin/Debug/net10.0/Peers.dll");
        string[] line = [.. devices.Enter[1..], Environment.ProcessPath!, program, argument];
        using Process process = Process.Start(
            new ProcessStartInfo(devices.Enter[0], line) { RedirectStandardOutput = true, RedirectStandardError = true }
        )!;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output, errors.Result);
    }
}
