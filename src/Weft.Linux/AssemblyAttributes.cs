using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

// Every argument of a system call is blittable as it stands; nothing is to be converted behind our back.
[assembly: DisableRuntimeMarshalling]
[assembly: DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
