using System.Diagnostics;
using System.Security.Cryptography;
using Weft.ScenarioTests.Network;

namespace Weft.ScenarioTests.WireGuard;

/// <summary>A private key and its public one, in WireGuard's text form. Debian's <c>wg</c> computes the second.</summary>
sealed record KeyPair(string Private, string Public)
{
    internal static KeyPair Generate()
    {
        // Clamped as Curve25519 has it, which is how a device gives a key back.
        byte[] bytes = RandomNumberGenerator.GetBytes(32);
        bytes[0] &= 0b1111_1000;
        bytes[31] = (byte)((bytes[31] & 0b0111_1111) | 0b0100_0000);
        string key = Convert.ToBase64String(bytes);
        ProcessStartInfo start = new(Programs.DebianWg, "pubkey")
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        using Process wg = Process.Start(start)!;
        wg.StandardInput.Write(key);
        wg.StandardInput.Close();
        string publicKey = wg.StandardOutput.ReadToEnd().Trim();
        wg.WaitForExit();
        return new KeyPair(key, publicKey);
    }

    /// <summary>32 random bytes in the same text form, such as a preshared key.</summary>
    internal static string RandomSecret() => Convert.ToBase64String(RandomNumberGenerator.GetBytes(32));
}
