using System.Runtime.InteropServices;
using Weft.Bench.Tunnel;

// Hosts end with this process, whatever ends it; the folder has to be removed.
using PosixSignalRegistration interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Interrupted);
using PosixSignalRegistration terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Interrupted);
try
{
    return await Sitting.Command().Parse(args).InvokeAsync().ConfigureAwait(false);
}
finally
{
    Scratch.Remove();
}

static void Interrupted(PosixSignalContext context)
{
    const int interruptedStatus = 130;
    context.Cancel = true;
    Scratch.Remove();
    Environment.Exit(interruptedStatus);
}
