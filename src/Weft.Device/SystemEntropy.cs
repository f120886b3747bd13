using System.Security.Cryptography;
using Weft.Protocol;

namespace Weft.Device;

/// <summary>The system's random generator.</summary>
sealed class SystemEntropy : IEntropy
{
    public void Fill(Span<byte> bytes) => RandomNumberGenerator.Fill(bytes);
}
