using System.IO.MemoryMappedFiles;
using System.Runtime.InteropServices;

namespace Weft.Fuzz;

/// <summary>
/// A file that always holds the input being run, so that it outlives a process that dies of it: a stack that overflows,
/// a fault in unsafe code. Written through memory, which costs nothing. A target's, for as long as it runs.
/// </summary>
sealed class LastInput : IDisposable
{
    readonly string _path;
    readonly MemoryMappedFile _file;
    readonly MemoryMappedViewAccessor _view;

    public LastInput(string folder, int maxLength)
    {
        Directory.CreateDirectory(folder);
        _path = PathIn(folder);
        _file = MemoryMappedFile.CreateFromFile(_path, FileMode.Create, null, sizeof(int) + maxLength);
        _view = _file.CreateViewAccessor();
    }

    public void Set(byte[] input)
    {
        _view.WriteArray(sizeof(int), input, 0, input.Length);
        _view.Write(0, input.Length);
    }

    /// <summary>Nothing is being run.</summary>
    public void Clear() => _view.Write(0, 0);

    /// <summary>The input that a run before this one died of; null when it ended as it should.</summary>
    public static byte[]? Take(string folder)
    {
        string path = PathIn(folder);
        if (!File.Exists(path))
            return null;
        byte[] bytes = File.ReadAllBytes(path);
        File.Delete(path);
        int length = bytes.Length < sizeof(int) ? 0 : MemoryMarshal.Read<int>(bytes);
        return length > 0 && length <= bytes.Length - sizeof(int) ? bytes[sizeof(int)..(sizeof(int) + length)] : null;
    }

    /// <summary>It ended as it should.</summary>
    public void Dispose()
    {
        _view.Dispose();
        _file.Dispose();
        File.Delete(_path);
    }

    static string PathIn(string folder) => Path.Combine(folder, "running");
}
