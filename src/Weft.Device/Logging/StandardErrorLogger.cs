using Microsoft.Extensions.Logging;

namespace Weft.Device;

/// <summary>One line to standard error per message. Any thread: a line is written whole.</summary>
/// <param name="name">The interface, which starts every line.</param>
/// <param name="minimum">Lesser levels are not written.</param>
public sealed class StandardErrorLogger(string name, LogLevel minimum) : ILogger
{
    /// <summary>What wireguard-go reads from LOG_LEVEL: verbose or debug, error, silent; anything else stands for its default, error.</summary>
    public static LogLevel LevelFrom(string? text) =>
        text switch
        {
            "verbose" or "debug" => LogLevel.Debug,
            "info" => LogLevel.Information,
            "silent" => LogLevel.None,
            _ => LogLevel.Warning,
        };

    public bool IsEnabled(LogLevel logLevel) => logLevel >= minimum && logLevel != LogLevel.None;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public void Log<TState>(
        LogLevel logLevel,
        EventId eventId,
        TState state,
        Exception? exception,
        Func<TState, Exception?, string> formatter
    )
    {
        ArgumentNullException.ThrowIfNull(formatter);
        if (!IsEnabled(logLevel))
            return;
        string rest = exception is null ? "" : $": {exception}";
        try
        {
            Console.Error.WriteLine($"{name}: {Word(logLevel)}: {formatter(state, exception)}{rest}");
        }
        catch (IOException)
        {
            // A terminal that hung up, a full disk: no tunnel ends for want of a reader.
        }
    }

    static string Word(LogLevel level) =>
        level switch
        {
            LogLevel.Critical => "fatal",
            LogLevel.Error => "error",
            LogLevel.Warning => "warning",
            LogLevel.Information => "info",
            _ => "debug",
        };
}
