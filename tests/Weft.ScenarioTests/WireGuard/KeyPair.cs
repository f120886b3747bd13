using System.Diagnostics;
using System.Security.Cryptography;
using Weft.ScenarioTests.Network;

namespace Weft.ScenarioTests.WireGuard;

/// <summary>A private key and its public one, in WireGuard's text form. Debian's <c>wg</c> computes the second.</summary>
sealed record KeyPair(string Private, string Public)
{
    internal static KeyPair Generate()
    {
        string key = RandomSecret();
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
