using System.CommandLine;
using Weft.Control;

namespace Weft.Cli;

/// <summary>
/// <c>weft install</c> and <c>weft uninstall</c>: have a site start at every boot, by whatever starts things on this host, or
/// no longer.
/// </summary>
static class InstallCommand
{
    /// <summary>What both take.</summary>
    sealed record Common(
        Option<BootPlatform?> Platform,
        Option<string> Root,
        Option<bool> Dry,
        Option<bool> Json,
        Option<bool> Trace
    )
    {
        internal static Common Create() =>
            new(
                new("--platform")
                {
                    Description = "What starts things there: systemd, openwrt or tomato; else what is found.",
                },
                new("--root")
                {
                    Description = "The folder that is the host's root, to write into an image.",
                    HelpName = "folder",
                    DefaultValueFactory = _ => "/",
                },
                new("--dry-run") { Description = "Print what would be written, and write nothing." },
                new("--json") { Description = "Print what was done as JSON." },
                SiteArguments.Trace()
            );

        internal void AddTo(Command command)
        {
            foreach (Option option in (Option[])[Platform, Root, Dry, Json, Trace])
                command.Options.Add(option);
        }

        internal BootRequest Request(ParseResult parsed) =>
            new()
            {
                Platform = parsed.GetValue(Platform),
                Root = Path.GetFullPath(parsed.GetRequiredValue(Root)),
                IsDry = parsed.GetValue(Dry),
            };

        internal BootInstaller Installer(ParseResult parsed) => new(SiteArguments.Reporting(parsed.GetValue(Trace)));
    }

    internal static Command CreateInstall()
    {
        Argument<string> site = SiteArguments.Site();
        Common common = Common.Create();
        Command command = new("install", "Have this site start at every boot (systemd, OpenWrt, Tomato).") { site };
        common.AddTo(command);
        command.SetAction(parsed =>
        {
            SiteFile file = SiteArguments.Read(parsed.GetRequiredValue(site));
            BootReport report = common.Installer(parsed).Install(file, common.Request(parsed));
            if (parsed.GetValue(common.Json))
                Console.Out.WriteLine(BootJson.Write(report));
            else
                BootText.PrintInstalled(report, parsed.GetValue(common.Dry));
            return 0;
        });
        return command;
    }

    internal static Command CreateUninstall()
    {
        Argument<string> site = SiteArguments.Site();
        Common common = Common.Create();
        Command command = new("uninstall", "Have this site no longer start at boot; one that runs goes on.") { site };
        common.AddTo(command);
        command.SetAction(parsed =>
        {
            string name = SiteFile.InterfaceOf(parsed.GetRequiredValue(site));
            BootRequest request = common.Request(parsed);
            bool isJson = parsed.GetValue(common.Json);
            Reporting reporting = SiteArguments.Reporting(parsed.GetValue(common.Trace));
            common.Installer(parsed).Uninstall(name, request, report => Tell(report, request, isJson, reporting));
            return 0;
        });
        return command;
    }

    static void Tell(BootReport report, BootRequest request, bool isJson, Reporting reporting)
    {
        if (report.Changes.Count > 0 && request is { IsDry: false, Root: "/" })
        {
            // It may have lost the unit that kept its watcher alive.
            using SiteRunner runner = new(reporting);
            runner.ReviveWatcher(report.Interface);
        }
        if (isJson)
            Console.Out.WriteLine(BootJson.Write(report));
        else
            BootText.PrintUninstalled(report, request.IsDry);
        Console.Out.Flush();
    }
}
