using System.Security.Cryptography;
using Weft.Linux;
using Weft.Protocol;
using static Weft.Linux.BpfRegister;

namespace Weft.Device;

/// <summary>
/// What the kernel runs on each datagram while a socket is flooded, so that a flood is dropped before it costs room in
/// the socket, a copy, or a wake of the packet thread. Data passes; so do handshake messages of sources that have sent none
/// of their kind for a second, <see cref="FreshRate"/> of them, and <see cref="Rate"/> of the others. An initiation that shows a cookie's mac2 is a kind by
/// itself: whoever has none takes nothing from those who have. What cannot be WireGuard's is dropped. Sources are told
/// apart as in <see cref="FreshSources"/>, in tables that the kernel keeps.
/// </summary>
static class HandshakeFilter
{
    /// <summary>A second, of each kind, from sources that were silent, or all at once: as many peers may begin together.</summary>
    internal const int FreshRate = 10_000;

    /// <summary>A second, of each kind, from sources that keep sending: to compute answers to them takes an eighth of a core.</summary>
    internal const int Rate = 2000;

    /// <summary>And so many of each kind at once.</summary>
    internal const int Burst = 100;

    const int NanosecondsPerSecond = 1_000_000_000;
    const int PlaceBits = FreshSources.PlaceBits;
    const int Tables = FreshSources.Tables;

    /// <summary>Behind the tables of places: when the next message of each kind may pass.</summary>
    const int FreshShares = Tables << PlaceBits;
    const int Shares = FreshShares + Kinds;

    /// <summary>The kinds, by their message type; 0, which is no type, stands for initiations with a mac2.</summary>
    const int Kinds = (int)DatagramKind.Data;

    // The filter's memory, from its end.
    const int Word = -4;
    const int Number = -4;
    const int Oldest = -16;
    const int Mac2 = -32;
    const int Source = -32;

    /// <exception cref="KernelRefusedException">The kernel takes no filters, or not ours (CAP_BPF, Linux 5.8).</exception>
    public static SocketFilter Load(bool isIPv6)
    {
        using BpfTable table = new(Shares + Kinds);
        return new SocketFilter(Write(table, isIPv6));
    }

    static BpfCode Write(BpfTable table, bool isIPv6)
    {
        BpfCode code = new();
        BpfLabel take = code.NewLabel();
        BpfLabel drop = code.NewLabel();
        BpfLabel known = code.NewLabel();
        code.Set(R6, R1);
        ReadKind(code, take, drop);
        ReadSource(code, isIPv6, drop);
        Mix(code);
        code.ReadClock();
        code.Set(R9, R0);
        LeaveKnown(code, table, known, take);
        TakeOfShare(code, table, FreshShares, FreshRate, burst: FreshRate, take, otherwise: known);
        code.Place(known);
        TakeOfShare(code, table, Shares, Rate, Burst, take, otherwise: drop);
        code.Place(take);
        code.Take();
        code.Place(drop);
        code.Drop();
        return code;
    }

    /// <summary>R7 is the kind.</summary>
    static void ReadKind(BpfCode code, BpfLabel take, BpfLabel drop)
    {
        BpfLabel known = code.NewLabel();
        code.CopyPayload(R6, offset: 0, sizeof(uint), Word);
        code.JumpIfNotEqual(R0, 0, drop);
        code.Read32(R7, R10, Word);
        code.JumpIfEqual(R7, (int)DatagramKind.Data, take);
        code.JumpIfGreater(R7, (int)DatagramKind.Data, drop);
        code.JumpIfEqual(R7, (int)DatagramKind.None, drop);
        code.JumpIfNotEqual(R7, (int)DatagramKind.Initiation, known);
        code.CopyPayload(R6, Datagram.InitiationMac2, Datagram.Mac2Length, Mac2);
        code.JumpIfNotEqual(R0, 0, drop);
        code.Read(R1, R10, Mac2);
        code.Read(R2, R10, Mac2 + sizeof(ulong));
        code.Or(R1, R2);
        code.JumpIfEqual(R1, 0, known);
        code.Set(R7, (ulong)DatagramKind.None);
        code.Place(known);
    }

    /// <summary>R8 is the IPv4 address, or the IPv6 /64.</summary>
    static void ReadSource(BpfCode code, bool isIPv6, BpfLabel drop)
    {
        const int sourceInV4 = 12;
        const int sourceInV6 = 8;
        code.Clear(R10, Source);
        if (isIPv6)
            code.CopyIPHeader(R6, sourceInV6, sizeof(ulong), Source);
        else
            code.CopyIPHeader(R6, sourceInV4, sizeof(uint), Source);
        code.JumpIfNotEqual(R0, 0, drop);
        code.Read(R8, R10, Source);
    }

    /// <summary>R8 is a secret hash of source and kind.</summary>
    static void Mix(BpfCode code)
    {
        const ulong golden = 0x9E3779B97F4A7C15;
        code.Set(R1, BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(sizeof(ulong))));
        code.Xor(R8, R1);
        code.Set(R1, R7);
        code.ShiftLeft(R1, 40);
        code.Xor(R8, R1);
        code.Set(R1, golden);
        code.Multiply(R8, R1);
        code.Set(R2, R8);
        code.ShiftRight(R2, 32);
        code.Xor(R8, R2);
        code.Multiply(R8, R1);
        code.Set(R2, R8);
        code.ShiftRight(R2, 29);
        code.Xor(R8, R2);
    }

    /// <summary>Goes on if any of the source's places was left alone for a second; takes note of the moment in all.</summary>
    static void LeaveKnown(BpfCode code, BpfTable table, BpfLabel known, BpfLabel take)
    {
        BpfLabel fresh = code.NewLabel();
        code.Clear(R10, Oldest);
        for (int i = 0; i < Tables; i++)
        {
            BpfLabel isYounger = code.NewLabel();
            code.Set(R1, R8);
            code.ShiftRight(R1, i * PlaceBits);
            code.And(R1, (1 << PlaceBits) - 1);
            code.Add(R1, i << PlaceBits);
            ReadAge(code, table, R1, take);
            code.Read(R1, R10, Oldest);
            code.JumpIfGreater(R1, R2, isYounger);
            code.Write(R10, R2, Oldest);
            code.Place(isYounger);
        }
        code.Read(R2, R10, Oldest);
        code.JumpIfAbove(R2, NanosecondsPerSecond, fresh);
        code.JumpTo(known);
        code.Place(fresh);
    }

    /// <summary>R2 is how long ago the place was last asked for.</summary>
    static void ReadAge(BpfCode code, BpfTable table, BpfRegister place, BpfLabel take)
    {
        Find(code, table, place, take);
        code.Read(R1, R0);
        code.Write(R0, R9);
        code.Set(R2, R9);
        code.Subtract(R2, R1);
    }

    /// <summary>Takes so many of each kind a second, as <see cref="WorkShare"/> takes time. R8 is lost.</summary>
    static void TakeOfShare(
        BpfCode code,
        BpfTable table,
        int shares,
        int rate,
        int burst,
        BpfLabel take,
        BpfLabel otherwise
    )
    {
        int cost = NanosecondsPerSecond / rate;
        BpfLabel isBehind = code.NewLabel();
        code.Set(R8, R7);
        code.Add(R8, shares);
        Find(code, table, R8, take);
        code.Read(R1, R0);
        code.JumpIfGreater(R1, R9, otherwise);
        code.Set(R2, R9);
        code.Add(R2, -burst * cost);
        code.JumpIfGreater(R1, R2, isBehind);
        code.Set(R1, R2);
        code.Place(isBehind);
        code.Add(R1, cost);
        code.Write(R0, R1);
        code.JumpTo(take);
    }

    /// <summary>R0 is the entry's address. There is one for each number that we make; the kernel wants to see that it is looked at.</summary>
    static void Find(BpfCode code, BpfTable table, BpfRegister number, BpfLabel take)
    {
        code.Write32(R10, number, Number);
        code.Find(table, Number);
        code.JumpIfEqual(R0, 0, take);
    }
}
