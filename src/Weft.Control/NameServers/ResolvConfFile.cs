namespace Weft.Control;

/// <summary>
/// <c>/etc/resolv.conf</c> itself, on a host where nobody keeps it. What stood there, be it a file, a link or nothing, is
/// set aside next to it and comes back when the last interface lets go. A file that somebody else wrote over ours
/// meanwhile stays.
/// </summary>
/// <param name="path">The file.</param>
/// <param name="boot">Names this boot of the machine.</param>
sealed class ResolvConfFile(string path, string boot) : INameServerKeeper
{
    internal const string Keeper = "file";

    readonly string _before = path + ".before-weft";

    public string Name => Keeper;

    public bool GoesWithInterface => false;

    public string Describe(string link, NameServers? servers) =>
        servers is null
            ? $"restore {path}"
            : $"write {path}: {servers.ResolvConf().TrimEnd().Replace("\n", ", ", StringComparison.Ordinal)}";

    /// <summary>What stands for an interface; null when nothing of this boot does.</summary>
    internal NameServers? Standing(string link) =>
        Current() is { } kept && kept.Boot == boot ? kept.Asked.FirstOrDefault(a => a.Link == link).Servers : null;

    /// <summary>The file is ours, and from a boot that is over.</summary>
    internal bool IsStale => Current() is { } kept && kept.Boot != boot;

    public void Set(string link, NameServers servers) =>
        Guarded(() =>
        {
            if (IsStale)
                Restore();
            KeptResolvConf? kept = Current();
            if (kept is null)
            {
                SetAside();
                kept = new KeptResolvConf(boot, KeptResolvConf.OptionsOf(TryRead() ?? ""), []);
            }
            Write(kept.With(link, servers).Write());
        });

    public void Remove(string link) =>
        Guarded(() =>
        {
            if (Current() is not { } kept)
                return;
            if (kept.Boot != boot || kept.Without(link).Asked.IsEmpty)
                Restore();
            else
                Write(kept.Without(link).Write());
        });

    /// <summary>Where somebody took the file over, what stood there before us is of no use to anybody.</summary>
    internal void Tidy() =>
        Guarded(() =>
        {
            if (Current() is null)
                File.Delete(_before);
        });

    KeptResolvConf? Current() => TryRead() is { } text ? KeptResolvConf.Read(text) : null;

    string? TryRead()
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    void SetAside()
    {
        File.Delete(_before);
        if (new FileInfo(path).LinkTarget is { } target)
            File.CreateSymbolicLink(_before, target);
        else if (File.Exists(path))
            File.Copy(path, _before);
    }

    void Restore()
    {
        FileInfo before = new(_before);
        if (before.LinkTarget is null && !before.Exists)
            File.Delete(path);
        else
            Replace(_before);
    }

    void Write(string text)
    {
        const UnixFileMode everybodyReads =
            UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;
        string temporary = path + ".weft";
        File.Delete(temporary);
        File.WriteAllText(temporary, text);
        File.SetUnixFileMode(temporary, everybodyReads);
        Replace(temporary);
    }

    /// <summary>By rename, so that nobody reads half of it; but a container's file is a mount, and can only be written.</summary>
    void Replace(string with)
    {
        try
        {
            File.Move(with, path, overwrite: true);
        }
        catch (IOException) when (File.Exists(with) && File.Exists(path))
        {
            File.WriteAllText(path, File.ReadAllText(with));
            File.Delete(with);
        }
    }

    void Guarded(Action change)
    {
        try
        {
            change();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new OperationFailedException(
                $"The name servers are not set: {path}: {e.Message}",
                "Is its folder read-only? Take DNS out of the file, or install resolvconf.",
                e
            );
        }
    }
}
