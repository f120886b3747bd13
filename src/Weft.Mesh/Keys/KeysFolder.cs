using System.Security.Cryptography;
using System.Text;
using Weft.Control;
using Weft.Crypto;
using Weft.Linux;

namespace Weft.Mesh;

/// <summary>
/// The folder <c>keys/</c> beside <c>mesh.conf</c> (0700, files 0600): <c>NAME.key</c> per site, as <c>wg genkey</c>
/// writes it, <c>NAME.next</c> while the site's rekey is half done, and <c>mesh.seed</c>. Held by one process at a time, from <see cref="Open"/> to <see cref="Dispose"/>.
/// A key that is there is never changed; new ones reach the disk with <see cref="Save"/> and not before.
/// </summary>
public sealed class KeysFolder : IDisposable
{
    const string SeedFile = "mesh.seed";
    const string KeySuffix = ".key";
    const string NewPrefix = ".new-";

    /// <summary>Cannot end a site's key file, and is as short: a file name has 255 characters at most.</summary>
    const string NextSuffix = ".next";

    /// <summary>A key has 44 characters and a line end; what is longer is something else.</summary>
    const int LongestKeyFile = 64;

    readonly FolderLock _lock;
    readonly List<(string File, byte[] Text)> _new = [];
    readonly HashSet<string> _newSites = new(StringComparer.OrdinalIgnoreCase);
    bool _isEmptyAndOurs;

    KeysFolder(string path, FolderLock folderLock, bool made)
    {
        Path = path;
        _lock = folderLock;
        _isEmptyAndOurs = made;
    }

    public string Path { get; }

    /// <summary>Where the keys of a mesh file are.</summary>
    public static string PathBeside(string meshFile) =>
        System.IO.Path.Combine(System.IO.Path.GetDirectoryName(System.IO.Path.GetFullPath(meshFile)) ?? "/", "keys");

    /// <summary>Opens the folder, which need not be there yet.</summary>
    /// <exception cref="OperationFailedException">A link, somebody else's, open to others, or in use.</exception>
    public static KeysFolder Open(string path)
    {
        return FileFault.Named(
            $"the keys folder {path} cannot be used",
            () =>
            {
                string parent = System.IO.Path.GetDirectoryName(path) ?? "/";
                if (!Directory.Exists(parent))
                    throw new OperationFailedException($"there is no folder {parent}", $"Run: mkdir -p {parent}");
                bool made = OwnFolder.Check(path, "the keys folder") is null;
                if (made)
                    Directory.CreateDirectory(path, OwnFolder.Mode);
                FolderLock held =
                    FolderLock.TryTake(path)
                    ?? throw new OperationFailedException(
                        $"another weft is using the keys folder {path}",
                        "Wait until it is done."
                    );
                return new KeysFolder(path, held, made);
            }
        );
    }

    /// <summary>The keys of these sites and the seed: those that are there, and new ones for the rest.</summary>
    /// <exception cref="OperationFailedException">A key file is unreadable, open to others or not a key.</exception>
    public MeshKeys Load(IEnumerable<string> sites)
    {
        Forget();
        _newSites.Clear();
        PresharedKey seed =
            Read(SeedFile, "the seed of the preshared keys", PresharedKey.Parse, key => key.IsZero)
            ?? Remember(SeedFile, PresharedKey.Generate(), (key, text) => key.WriteBase64(text));
        MeshKeys keys = new(seed);
        try
        {
            Dictionary<PublicKey, string> owners = [];
            foreach (string site in sites)
                LoadSite(site, keys, owners);
            return keys;
        }
        catch (OperationFailedException)
        {
            keys.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Takes a step of a site's rekey in the keys, not yet on the disk: <see cref="Save"/> writes the key that begins one,
    /// <see cref="Settle"/> does what ends it.
    /// </summary>
    internal void Step(RekeyStep step, MeshKeys keys)
    {
        bool isHalfDone = keys.NextPublicKeyOf(step.Site) is not null;
        switch (step.Phase)
        {
            case RekeyPhase.Begin when !isHalfDone:
                string file = FileOf(step.Site, NextSuffix);
                keys.AddNext(step.Site, Remember(file, PrivateKey.Generate(), (key, text) => key.WriteBase64(text)));
                break;
            case RekeyPhase.Finish when isHalfDone:
                keys.Switch(step.Site);
                _newSites.Add(step.Site);
                break;
            case RekeyPhase.Undo when isHalfDone:
                keys.DropNext(step.Site);
                break;
        }
    }

    /// <summary>
    /// Ends a rekey on the disk, once the files are in place: until then both keys are kept, and a run that was cut short
    /// can be done again.
    /// </summary>
    internal void Settle(RekeyStep step)
    {
        string next = In(FileOf(step.Site, NextSuffix));
        if (step.Phase == RekeyPhase.Begin || !File.Exists(next))
            return;
        FileFault.Named(
            $"the keys cannot be written to {Path}",
            () =>
            {
                if (step.Phase == RekeyPhase.Finish)
                    File.Move(next, In(FileOf(step.Site, KeySuffix)), overwrite: true);
                else
                    File.Delete(next);
                _lock.SyncFileSystem();
                return true;
            }
        );
    }

    /// <summary>Whether <see cref="Load"/> had to make the key of a site.</summary>
    public bool IsNew(string site) => _newSites.Contains(site);

    /// <summary>Writes the keys that <see cref="Load"/> had to make: all of them under other names, then by rename.</summary>
    public void Save()
    {
        if (_new.Count == 0)
            return;
        FileFault.Named(
            $"the keys cannot be written to {Path}",
            () =>
            {
                RemoveUnfinished();
                for (int i = 0; i < _new.Count; i++)
                    OwnFolder.WriteNew(In($"{NewPrefix}{i}"), _new[i].Text, OwnFolder.SecretFileMode);
                _lock.SyncFileSystem();
                _isEmptyAndOurs = false;
                for (int i = 0; i < _new.Count; i++)
                    File.Move(In($"{NewPrefix}{i}"), In(_new[i].File), overwrite: false);
                _lock.SyncFileSystem();
                return true;
            },
            RemoveUnfinished
        );
        Forget();
    }

    /// <summary>Removes the key of a site that left the mesh.</summary>
    /// <exception cref="OperationFailedException">The folder or the file refuses.</exception>
    public static void Remove(string path, string site)
    {
        using KeysFolder folder = Open(path);
        foreach (string suffix in (string[])[KeySuffix, NextSuffix])
        {
            string file = folder.In(FileOf(site, suffix));
            FileFault.Named(
                $"{file} cannot be removed",
                () =>
                {
                    File.Delete(file);
                    return true;
                }
            );
        }
    }

    /// <summary>Lets go of the folder, and of the folder itself if it was made for nothing.</summary>
    public void Dispose()
    {
        Forget();
        if (_isEmptyAndOurs && !Directory.EnumerateFileSystemEntries(Path).Any())
            Directory.Delete(Path);
        _lock.Dispose();
    }

    void LoadSite(string site, MeshKeys keys, Dictionary<PublicKey, string> owners)
    {
        string file = FileOf(site, KeySuffix);
        PrivateKey? key = Read(file, $"the private key of {site}", PrivateKey.Parse, key => key.IsZero);
        if (key is null)
        {
            key = Remember(file, PrivateKey.Generate(), (key, text) => key.WriteBase64(text));
            _newSites.Add(site);
        }
        keys.Add(site, key);
        CheckAlone(keys.PublicKeyOf(site), file, owners);
        string next = FileOf(site, NextSuffix);
        if (Read(next, $"the next private key of {site}", PrivateKey.Parse, key => key.IsZero) is not PrivateKey other)
            return;
        keys.AddNext(site, other);
        CheckAlone(keys.NextPublicKeyOf(site)!.Value, next, owners);
    }

    void CheckAlone(PublicKey key, string file, Dictionary<PublicKey, string> owners)
    {
        if (!owners.TryAdd(key, file))
            throw new OperationFailedException(
                $"{In(owners[key])} and {In(file)} hold the same key",
                "Remove the one that is a copy: its site gets a new key."
            );
    }

    static string FileOf(string site, string suffix) =>
        SiteName.FaultOf(site) is string fault
            ? throw new ArgumentException($"the name \"{site}\" {fault}", nameof(site))
            : site.ToLowerInvariant() + suffix;

    delegate TKey? KeyParser<TKey>(ReadOnlySpan<char> base64)
        where TKey : class;

    delegate void KeyWriter<TKey>(TKey key, Span<char> base64);

    /// <summary>The key in a file; null when there is no such file.</summary>
    TKey? Read<TKey>(string file, string what, KeyParser<TKey> parse, Predicate<TKey> isZero)
        where TKey : class, IDisposable
    {
        string path = In(file);
        if (FileFault.Named($"{path} cannot be read", () => OwnFolder.CheckFile(path, what)) is null)
            return null;
        Span<byte> bytes = stackalloc byte[LongestKeyFile + 1];
        Span<char> text = stackalloc char[LongestKeyFile + 1];
        TKey? key = null;
        try
        {
            int length = ReadAll(path, bytes);
            for (int i = 0; i < length; i++)
                text[i] = (char)bytes[i];
            key = length > LongestKeyFile ? null : parse(text[..length].Trim());
        }
        finally
        {
            CryptographicOperations.ZeroMemory(bytes);
            text.Clear();
        }
        if (key is not null && !isZero(key))
            return key;
        key?.Dispose();
        throw new OperationFailedException(
            $"{path} is not a key: {what} is 44 characters of base64 and a line end",
            "Restore it from a copy, or remove it: a new one is made, and every site then needs its new file."
        );
    }

    static int ReadAll(string path, Span<byte> bytes)
    {
        try
        {
            using FileStream stream = new(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0);
            return stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw FileFault.Of($"{path} cannot be read", e);
        }
    }

    TKey Remember<TKey>(string file, TKey key, KeyWriter<TKey> write)
    {
        Span<char> text = stackalloc char[KeyText.Base64Length];
        write(key, text);
        byte[] bytes = GC.AllocateUninitializedArray<byte>(KeyText.Base64Length + 1, pinned: true);
        Encoding.ASCII.GetBytes(text, bytes);
        bytes[^1] = (byte)'\n';
        text.Clear();
        _new.Add((file, bytes));
        return key;
    }

    void Forget()
    {
        foreach ((_, byte[] text) in _new)
            CryptographicOperations.ZeroMemory(text);
        _new.Clear();
    }

    void RemoveUnfinished()
    {
        foreach (string file in Directory.EnumerateFiles(Path, NewPrefix + "*"))
            File.Delete(file);
    }

    string In(string file) => System.IO.Path.Combine(Path, file);
}
