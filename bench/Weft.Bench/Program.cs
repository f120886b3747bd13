using BenchmarkDotNet.Running;
using Weft.Bench.Crypto;

if (args is ["race"])
    CipherRace.Run();
else
    BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args);
