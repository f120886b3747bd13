using System.Security.Cryptography;
using Weft.Crypto;
using Weft.Linux;
using Weft.Protocol;

namespace Weft.Attack.Volleys;

/// <summary>What anyone can send: garbage, initiations that know the device's public key, datagrams of any length.</summary>
sealed class Blind : IVolley
{
    readonly Magazine _magazine;

    Blind(Magazine magazine) => _magazine = magazine;

    public ReadOnlySpan<byte> Bytes => _magazine.Bytes;

    public int Next(Span<UdpRun> runs) => _magazine.Next(runs);

    /// <summary>Random bytes, most of them of a message's kind and length.</summary>
    internal static Blind Garbage(Magazine magazine)
    {
        int[] lengths = [0, 1, 3, 4, 31, 32, 33, 64, 64, 92, 92, 148, 148, 148, 149, 1000, 1452];
        for (int i = 0; i < 1000; i++)
            magazine.AddGarbage((byte)RandomNumberGenerator.GetInt32(6), lengths[i % lengths.Length]);
        magazine.Load();
        return new Blind(magazine);
    }

    /// <summary>Far longer than anything that a tunnel sends.</summary>
    internal static Blind Oversized(Magazine magazine)
    {
        int[] lengths = [1500, 4000, 9000, 20_000, 65_000, 65_507];
        for (int i = 0; i < 60; i++)
            magazine.AddGarbage((byte)(1 + i % 4), lengths[i % lengths.Length]);
        magazine.Load();
        return new Blind(magazine);
    }

    /// <summary>Their mac1 is right, and nothing behind it: each costs the device a multiplication unless it defends itself.</summary>
    internal static Blind Initiations(Magazine magazine, PublicKey device)
    {
        byte[] initiation = new byte[InitiationMessage.Length];
        for (int i = 0; i < 2000; i++)
        {
            Forge(device, (uint)i, initiation);
            magazine.Add(initiation);
        }
        magazine.Load();
        return new Blind(magazine);
    }

    /// <summary>The same initiation and the same data message of a genuine session, again and again from everywhere.</summary>
    internal static Blind Replays(Magazine magazine, ReadOnlySpan<byte> initiation, ReadOnlySpan<byte> data)
    {
        for (int i = 0; i < 10; i++)
            magazine.Add(i % 2 == 0 ? initiation : data);
        magazine.Load();
        return new Blind(magazine);
    }

    internal static void Forge(PublicKey device, uint sender, Span<byte> initiation)
    {
        RandomNumberGenerator.Fill(initiation);
        new InitiationMessage(initiation).WriteHeader(sender);
        Span<byte> key = stackalloc byte[MacKeys.Length];
        MacKeys.DeriveMac1(device, key);
        Macs macs = new(initiation);
        Blake2s.Mac(key, macs.UnderMac1, macs.Mac1);
        macs.Mac2.Clear();
    }
}
