using Weft.Fuzz;
using Weft.Fuzz.Targets;

try
{
    Options options = Options.Parse(args);
    if (options.Help)
    {
        Console.WriteLine(Options.Usage);
        return 0;
    }
    if (options.List)
    {
        foreach (string name in AllTargets.Names)
            Console.WriteLine(name);
        return 0;
    }
    return options.Repeat is { } file ? Repeat(options, file) : Fuzz(options);
}
catch (Exception e) when (e is FormatException or IOException or UnauthorizedAccessException)
{
    Console.Error.WriteLine(e.Message);
    Console.Error.WriteLine(Options.Usage);
    return 2;
}

static int Fuzz(Options options)
{
    Places places = Places.Find();
    IEnumerable<string> names = options.Targets.Count > 0 ? options.Targets : AllTargets.Names;
    List<TargetSession> sessions = [];
    try
    {
        foreach (string name in names)
            sessions.Add(new TargetSession(AllTargets.Make(name), places, options.Seed, Console.Out));
        int jobs = Math.Min(options.Jobs, sessions.Count);
        Console.WriteLine($"seed {options.Seed}, {options.Time.TotalMinutes:0.##} minutes, {jobs} threads");
        using Campaign campaign = new(sessions, options.Time, jobs, Console.Out);
        bool holds = campaign.Run();
        if (options.Keep)
        {
            foreach (TargetSession session in sessions)
                Console.WriteLine($"{session.Name}: {session.Keep()} inputs kept");
        }
        return holds ? 0 : 1;
    }
    finally
    {
        foreach (TargetSession session in sessions)
            session.Dispose();
    }
}

static int Repeat(Options options, string file)
{
    if (options.Targets is not [string name])
        throw new FormatException("--repeat needs one --target");
    using ITarget target = AllTargets.Make(name);
    byte[] input = InputFile.Read(file);
    Executor executor = new(target);
    if (executor.Run(input) is { } finding)
    {
        Console.WriteLine($"{file}: BROKEN: {finding.Signature}");
        Console.WriteLine(finding.Report);
        return 1;
    }
    Console.WriteLine($"{file}: {input.Length} bytes hold, {executor.Seen.Time.TotalMilliseconds:0.0} ms");
    return 0;
}
