using System.Text;
using Weft.Linux;

namespace Weft.Cli;

/// <summary>
/// The terminal of somebody who may have come through the very tunnel that a command takes down: when it goes in the
/// middle, the command ends its work all the same, and what it has to say goes nowhere.
/// </summary>
static class Terminal
{
    /// <summary>Called by a command before its first change.</summary>
    internal static void Outlive()
    {
        Daemon.IgnoreHangup();
        Console.SetOut(new Saying(Console.Out));
        Console.SetError(new Saying(Console.Error));
    }

    /// <summary>Says it if anybody is there.</summary>
    sealed class Saying(TextWriter to) : TextWriter
    {
        public override Encoding Encoding => to.Encoding;

        public override void Write(char value) => Try(() => to.Write(value));

        public override void Write(string? value) => Try(() => to.Write(value));

        public override void WriteLine(string? value) => Try(() => to.WriteLine(value));

        public override void Flush() => Try(to.Flush);

        static void Try(Action say)
        {
            try
            {
                say();
            }
            catch (IOException)
            {
                // EIO of a terminal that hung up.
            }
        }
    }
}
