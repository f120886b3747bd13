using System.Globalization;
using System.Net;
using System.Text;
using Weft.Control;
using Weft.Linux;

namespace Weft.Mesh;

/// <summary>
/// The far end of <c>weft deploy</c>, which starts it over ssh: says what runs here, takes the site's file from its
/// input, puts it on trial and waits for the word over another connection. Whoever started it may go at any moment:
/// a file that has not arrived whole changes nothing, and a trial that nobody confirms goes back. One thread.
/// </summary>
public sealed class SiteReceiver : IDisposable
{
    /// <summary>The wish to see what runs.</summary>
    internal const string Describe = "describe";

    /// <summary>The wish to have a file tried: its length in bytes and the seconds of the trial follow, then the file.</summary>
    internal const string Apply = "apply";

    const string UsualFolder = "/etc/wireguard";
    const int LongestFile = 16 << 20;
    const int LongestLine = 100;

    readonly SiteRunner _runner;
    readonly Stream _input;
    readonly TextWriter _output;
    bool _isHeard = true;

    /// <param name="input">Lines and files from the near end.</param>
    /// <param name="output">Where the lines for the near end go.</param>
    public SiteReceiver(Stream input, TextWriter output)
    {
        _input = input;
        _output = output;
        _runner = new SiteRunner(
            new Reporting { Warning = text => Say(new FarNews { Event = FarNews.Warning, Text = text }) }
        );
    }

    /// <summary>Serves one connection to its end.</summary>
    /// <param name="argument">The site's file, or its name.</param>
    /// <param name="version">This program's.</param>
    /// <param name="client">Where the connection comes from; null when that is not known.</param>
    /// <returns>The exit status.</returns>
    /// <exception cref="OperationFailedException">It cannot be found out what runs here.</exception>
    public int Run(string argument, string version, IPAddress? client)
    {
        string name = SiteFile.InterfaceOf(argument);
        RunningSite? running = _runner.Running(name);
        string path = PlaceOf(argument, running);
        Say(Greeting(name, path, version, running, client));
        while (ReadLine() is { } line)
        {
            if (line == Describe)
                Say(new FarNews { Event = FarNews.Described, Lines = RedactedText.LinesOf(running?.File.Text ?? "") });
            else if (line.Split(' ') is [Apply, string length, string seconds])
                return Try(path, Number(length, LongestFile), TimeSpan.FromSeconds(Number(seconds, 86400)));
            else
                throw new OperationFailedException(
                    $"'{line}' is not understood here",
                    "Bring the same weft to both ends."
                );
        }
        return 0;
    }

    public void Dispose() => _runner.Dispose();

    int Try(string path, int length, TimeSpan limit)
    {
        byte[] text = GC.AllocateUninitializedArray<byte>(length, pinned: true);
        try
        {
            if (_input.ReadAtLeast(text, length, throwOnEndOfStream: false) < length)
                return 1;
            Say(new FarNews { Event = FarNews.Received });
            Say(TrialOf(path, Encoding.UTF8.GetString(text), limit));
            return 0;
        }
        finally
        {
            Array.Clear(text);
        }
    }

    FarNews TrialOf(string path, string text, TimeSpan limit)
    {
        try
        {
            string folder = Path.GetDirectoryName(path)!;
            if (!Directory.Exists(folder))
                Directory.CreateDirectory(folder, OwnFolder.Mode);
            using TrialRun trial = new(_runner, SiteFile.Of(path, text));
            TrialResult result = trial.Run(new StartOptions(), limit, byPeers: false, Begun);
            return new FarNews
            {
                Event = FarNews.Ended,
                Outcome = result.Outcome switch
                {
                    TrialOutcome.Unchanged => FarNews.Unchanged,
                    TrialOutcome.Confirmed => FarNews.Confirmed,
                    _ => FarNews.Reverted,
                },
                Text = result.Text,
                Changes = result.Start.Steps,
            };
        }
        catch (OperationFailedException e)
        {
            return Refused(e.Message, e.Remedy);
        }
        catch (FaultyFileException e)
        {
            string more = e.Faults.Length > 1 ? $" and {e.Faults.Length - 1} more" : "";
            return Refused($"{e.Faults[0]}{more}", "The weft there may be older than the file: weft deploy --program.");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or KernelRefusedException)
        {
            return Refused(e.Message, null);
        }

        void Begun(StartResult start) => Say(new FarNews { Event = FarNews.Started, Changes = start.Steps });
    }

    static FarNews Refused(string text, string? remedy) =>
        new()
        {
            Event = FarNews.Ended,
            Outcome = FarNews.Refused,
            Text = text,
            Remedy = remedy,
        };

    FarGreeting Greeting(string name, string path, string version, RunningSite? running, IPAddress? client) =>
        new()
        {
            Weft = FarGreeting.CurrentProtocol,
            Version = version,
            File = path,
            Running = running is { Device: not null, LinkIndex: > 0 },
            Applied = running?.File.Digest,
            OnDisk = File.Exists(path) ? SiteFile.DigestOf(File.ReadAllBytes(path)) : null,
            TrialSecondsLeft = _runner.TrialLeft(name) is { } left ? (long)Math.Ceiling(left.TotalSeconds) : null,
            AtBoot = StartsAtBoot(name),
            PublicKey = running?.Device?.PublicKey?.ToString(),
            Through = client is null || running is null ? null : PeerTo(client, name),
            Peers = running is null ? [] : FarPeers.Of(running, DateTimeOffset.UtcNow),
        };

    static bool? StartsAtBoot(string name)
    {
        try
        {
            return new BootInstaller(Reporting.Silent).Starts(name);
        }
        catch (Exception e) when (e is OperationFailedException or IOException or UnauthorizedAccessException)
        {
            // A word on the side: whoever installs is told why it cannot be.
            return null;
        }
    }

    /// <summary>The peer that answers to the near end go to, if they go through the tunnel at all.</summary>
    string? PeerTo(IPAddress client, string name)
    {
        try
        {
            Way way = _runner.FindWay(client, null, null, (_, _, _) => null);
            return way.Interface == name ? way.Peer?.Site : null;
        }
        catch (OperationFailedException)
        {
            // The address is not one that has a way, such as a link-local one.
            return null;
        }
    }

    /// <summary>The file that runs, else the one that a start by this name would take, else where it usually is.</summary>
    static string PlaceOf(string argument, RunningSite? running)
    {
        bool isName = !argument.Contains('/');
        if (isName && running is not null)
            return running.File.Path;
        try
        {
            return SiteFile.Locate(argument);
        }
        catch (OperationFailedException) when (isName)
        {
            return Path.Combine(UsualFolder, $"{SiteFile.InterfaceOf(argument)}.conf");
        }
    }

    static int Number(string text, int most) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number)
        && number <= most
        && number > 0
            ? number
            : throw new OperationFailedException($"'{text}' is not a number from 1 to {most}", null);

    /// <summary>Byte by byte, since what follows a line may be a file. Null at the end.</summary>
    string? ReadLine()
    {
        StringBuilder line = new();
        while (_input.ReadByte() is >= 0 and int c)
        {
            if (c == '\n')
                return line.ToString();
            if (line.Length >= LongestLine)
                break;
            line.Append((char)c);
        }
        return null;
    }

    /// <summary>The work goes on when nobody listens any more: that is what the trial is for.</summary>
    void Say(FarGreeting greeting) => Say(FarJson.Write(greeting));

    void Say(FarNews news) => Say(FarJson.Write(news));

    void Say(string line)
    {
        if (!_isHeard)
            return;
        try
        {
            _output.Write(line + "\n");
            _output.Flush();
        }
        catch (IOException)
        {
            _isHeard = false;
        }
    }
}
