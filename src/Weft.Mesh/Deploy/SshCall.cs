using System.Diagnostics;
using System.Text;

namespace Weft.Mesh;

/// <summary>
/// A command that runs at a site. Its input and its lines are the caller's; what it and ssh complain of is kept, the
/// last of it. Disposing ends it. One caller at a time.
/// </summary>
sealed class SshCall : IDisposable
{
    /// <summary>A site with thousands of peers tells of them in a line; what is longer is something else.</summary>
    const int LongestLine = 8 << 20;
    const int MostComplaint = 4096;

    readonly Process _process;
    readonly Task<string> _complaint;
    readonly byte[] _buffer = new byte[1 << 14];
    int _begin;
    int _end;

    internal SshCall(Process process)
    {
        _process = process;
        _complaint = ReadComplaint(process.StandardError.BaseStream);
    }

    /// <summary>The command has ended, or the connection.</summary>
    internal bool IsOver => _process.HasExited;

    /// <summary>Sends bytes to the command; false when it no longer takes any.</summary>
    internal async Task<bool> SendAsync(ReadOnlyMemory<byte> bytes, CancellationToken stop)
    {
        try
        {
            Stream input = _process.StandardInput.BaseStream;
            await input.WriteAsync(bytes, stop).ConfigureAwait(false);
            await input.FlushAsync(stop).ConfigureAwait(false);
            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }

    internal Task<bool> SendAsync(string line, CancellationToken stop) =>
        SendAsync(Encoding.ASCII.GetBytes($"{line}\n"), stop);

    /// <summary>The next line; null at the end of its output.</summary>
    internal async Task<string?> ReadLineAsync(CancellationToken stop)
    {
        using MemoryStream line = new();
        while (true)
        {
            int length = _buffer.AsSpan(_begin, _end - _begin).IndexOf((byte)'\n');
            bool isWhole = length >= 0;
            line.Write(_buffer, _begin, isWhole ? length : _end - _begin);
            _begin = isWhole ? _begin + length + 1 : _end;
            if (isWhole)
                return Encoding.UTF8.GetString(line.GetBuffer(), 0, (int)line.Length);
            if (line.Length > LongestLine)
                return null;
            _begin = 0;
            _end = await _process.StandardOutput.BaseStream.ReadAsync(_buffer, stop).ConfigureAwait(false);
            if (_end == 0)
                return null;
        }
    }

    /// <summary>Waits for its end.</summary>
    /// <returns>The exit status; 255 is ssh's own.</returns>
    internal async Task<int> EndAsync(CancellationToken stop)
    {
        CloseInput();
        await _process.WaitForExitAsync(stop).ConfigureAwait(false);
        return _process.ExitCode;
    }

    /// <summary>What was complained of, once it has ended.</summary>
    internal async Task<string> ComplaintAsync()
    {
        // Somebody that ssh left behind may hold the pipe open.
        Task done = await Task.WhenAny(_complaint, Task.Delay(TimeSpan.FromSeconds(1))).ConfigureAwait(false);
        return done == _complaint ? await _complaint.ConfigureAwait(false) : "";
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            CloseInput();
            _process.Kill();
        }
        _process.Dispose();
    }

    void CloseInput()
    {
        try
        {
            _process.StandardInput.Close();
        }
        catch (IOException)
        {
            // It ended, with something unread.
        }
    }

    static async Task<string> ReadComplaint(Stream errors)
    {
        byte[] all = new byte[2 * MostComplaint];
        int length = 0;
        try
        {
            while (await errors.ReadAsync(all.AsMemory(length)).ConfigureAwait(false) is > 0 and int read)
            {
                length += read;
                if (length <= MostComplaint)
                    continue;
                all.AsSpan(length - MostComplaint, MostComplaint).CopyTo(all);
                length = MostComplaint;
            }
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            // Ended from here: what was said until then has to do.
        }
        return Encoding.UTF8.GetString(all, 0, length);
    }
}
