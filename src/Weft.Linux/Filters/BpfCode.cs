using Weft.Linux.Interop;

namespace Weft.Linux;

/// <summary>The machine's registers (RFC 9669 section 2).</summary>
public enum BpfRegister : byte
{
    /// <summary>What a call answers, and what the program answers.</summary>
    R0,

    /// <summary>The first of five arguments; the datagram when the program begins. Calls lose R1 to R5.</summary>
    R1,
    R2,
    R3,
    R4,
    R5,

    /// <summary>Kept over calls, as the three behind it.</summary>
    R6,
    R7,
    R8,
    R9,

    /// <summary>The end of 512 bytes of memory; only to be read.</summary>
    R10,
}

/// <summary>A place in a <see cref="BpfCode"/> to jump to.</summary>
public readonly record struct BpfLabel(int Number);

/// <summary>
/// Writes a program for the kernel's own machine, instruction by instruction (RFC 9669; the calls are those of
/// linux/bpf.h). Jumps go forward only. For a <see cref="SocketFilter"/>; little-endian machines. Not thread-safe.
/// </summary>
public sealed class BpfCode
{
    /// <summary>Answers of a filter: all of the datagram, or nothing of it.</summary>
    const int Everything = -1;

    /// <summary>A socket filter of a UDP socket sees the datagram from its UDP header on.</summary>
    const int UdpHeaderLength = 8;

    // Classes, operand kinds and operations of an instruction's first byte, as sections 3 to 5 have them.
    const byte Load64 = 0x79;
    const byte Load32 = 0x61;
    const byte Store64 = 0x7B;
    const byte Store32 = 0x63;
    const byte StoreConstant64 = 0x7A;
    const byte LoadConstant64 = 0x18;
    const byte Jump = 0x05;
    const byte CallFunction = 0x85;
    const byte Exit = 0x95;
    const byte ByConstant = 0x07;
    const byte ByRegister = 0x0F;

    readonly List<ulong> _instructions = [];

    /// <summary>Jumps whose distance is not known yet: where they stand, and whither.</summary>
    readonly List<(int Index, BpfLabel To)> _jumps = [];

    /// <summary>Where each label stands; -1 while it does not.</summary>
    readonly List<int> _labels = [];

    /// <summary>A label to jump to before it stands anywhere.</summary>
    public BpfLabel NewLabel()
    {
        _labels.Add(-1);
        return new BpfLabel(_labels.Count - 1);
    }

    /// <summary>The label stands here.</summary>
    public void Place(BpfLabel label) => _labels[label.Number] = _instructions.Count;

    public void Set(BpfRegister to, BpfRegister from) => Emit(0xB0 | ByRegister, to, from);

    public void Set(BpfRegister to, ulong value)
    {
        Emit(LoadConstant64, to, 0, constant: (int)value);
        Emit(0, 0, 0, constant: (int)(value >> 32));
    }

    public void Add(BpfRegister to, int value) => Emit(0x00 | ByConstant, to, 0, constant: value);

    public void Subtract(BpfRegister from, BpfRegister value) => Emit(0x10 | ByRegister, from, value);

    public void Multiply(BpfRegister to, BpfRegister value) => Emit(0x20 | ByRegister, to, value);

    public void Or(BpfRegister to, BpfRegister value) => Emit(0x40 | ByRegister, to, value);

    public void And(BpfRegister to, int value) => Emit(0x50 | ByConstant, to, 0, constant: value);

    public void ShiftLeft(BpfRegister to, int bits) => Emit(0x60 | ByConstant, to, 0, constant: bits);

    public void ShiftRight(BpfRegister to, int bits) => Emit(0x70 | ByConstant, to, 0, constant: bits);

    public void Xor(BpfRegister to, BpfRegister value) => Emit(0xA0 | ByRegister, to, value);

    /// <summary>The 64 bits at an address.</summary>
    public void Read(BpfRegister to, BpfRegister address, int offset = 0) => Emit(Load64, to, address, offset);

    /// <summary>The 32 bits at an address.</summary>
    public void Read32(BpfRegister to, BpfRegister address, int offset) => Emit(Load32, to, address, offset);

    public void Write(BpfRegister address, BpfRegister value, int offset = 0) => Emit(Store64, address, value, offset);

    public void Write32(BpfRegister address, BpfRegister value, int offset) => Emit(Store32, address, value, offset);

    public void Clear(BpfRegister address, int offset) => Emit(StoreConstant64, address, 0, offset);

    public void JumpTo(BpfLabel to) => EmitJump(Jump, 0, 0, 0, to);

    public void JumpIfEqual(BpfRegister left, int right, BpfLabel to) => EmitJump(0x10 | Jump, left, 0, right, to);

    public void JumpIfNotEqual(BpfRegister left, int right, BpfLabel to) => EmitJump(0x50 | Jump, left, 0, right, to);

    /// <summary>Without signs.</summary>
    public void JumpIfGreater(BpfRegister left, int right, BpfLabel to) => EmitJump(0x20 | Jump, left, 0, right, to);

    /// <inheritdoc cref="JumpIfGreater(BpfRegister, int, BpfLabel)"/>
    public void JumpIfGreater(BpfRegister left, BpfRegister right, BpfLabel to) =>
        EmitJump(0x28 | Jump, left, right, 0, to);

    /// <summary>With signs.</summary>
    public void JumpIfAbove(BpfRegister left, int right, BpfLabel to) => EmitJump(0x60 | Jump, left, 0, right, to);

    /// <summary>Copies bytes of the datagram into the memory; R0 is 0 when it has so many. Loses R1 to R5.</summary>
    /// <param name="datagram">As it was in R1 at first.</param>
    /// <param name="offset">In what UDP carries.</param>
    /// <param name="memory">Offset from <see cref="BpfRegister.R10"/>, below 0.</param>
    public void CopyPayload(BpfRegister datagram, int offset, int length, int memory)
    {
        Set(BpfRegister.R1, datagram);
        Set(BpfRegister.R2, (ulong)(UdpHeaderLength + offset));
        SetMemory(BpfRegister.R3, memory);
        Set(BpfRegister.R4, (ulong)length);
        Call(LinuxBpf.BPF_FUNC_skb_load_bytes);
    }

    /// <inheritdoc cref="CopyPayload"/>
    /// <param name="offset">In the IP header.</param>
    public void CopyIPHeader(BpfRegister datagram, int offset, int length, int memory)
    {
        Set(BpfRegister.R1, datagram);
        Set(BpfRegister.R2, (ulong)offset);
        SetMemory(BpfRegister.R3, memory);
        Set(BpfRegister.R4, (ulong)length);
        Set(BpfRegister.R5, LinuxBpf.BPF_HDR_START_NET);
        Call(LinuxBpf.BPF_FUNC_skb_load_bytes_relative);
    }

    /// <summary>R0 is where the number stands, 0 when there is none of that number. Loses R1 to R5.</summary>
    /// <param name="memory">Offset from <see cref="BpfRegister.R10"/> of the entry's number, 32 bits.</param>
    public void Find(BpfTable table, int memory)
    {
        ArgumentNullException.ThrowIfNull(table);
        Emit(LoadConstant64, BpfRegister.R1, (BpfRegister)LinuxBpf.BPF_PSEUDO_MAP_FD, 0, table.Descriptor.Number);
        Emit(0, 0, 0);
        SetMemory(BpfRegister.R2, memory);
        Call(LinuxBpf.BPF_FUNC_map_lookup_elem);
    }

    /// <summary>R0 is the time since the machine's start, in nanoseconds. Loses R1 to R5.</summary>
    public void ReadClock() => Call(LinuxBpf.BPF_FUNC_ktime_get_ns);

    /// <summary>Ends: the datagram is taken.</summary>
    public void Take() => End(Everything);

    /// <summary>Ends: the datagram is dropped.</summary>
    public void Drop() => End(0);

    /// <exception cref="InvalidOperationException">A label stands nowhere, or behind a jump to it.</exception>
    internal ulong[] ToInstructions()
    {
        ulong[] instructions = [.. _instructions];
        foreach ((int index, BpfLabel to) in _jumps)
        {
            int distance = _labels[to.Number] - (index + 1);
            if (distance is < 0 or > short.MaxValue)
                throw new InvalidOperationException($"The jump at {index} leads nowhere.");
            instructions[index] |= (ulong)distance << 16;
        }
        return instructions;
    }

    void SetMemory(BpfRegister to, int memory)
    {
        Set(to, BpfRegister.R10);
        Add(to, memory);
    }

    void Call(int function) => Emit(CallFunction, 0, 0, 0, function);

    void End(int answer)
    {
        Emit(0xB0 | ByConstant, BpfRegister.R0, 0, 0, answer);
        Emit(Exit, 0, 0);
    }

    void EmitJump(byte operation, BpfRegister left, BpfRegister right, int constant, BpfLabel to)
    {
        _jumps.Add((_instructions.Count, to));
        Emit(operation, left, right, 0, constant);
    }

    void Emit(byte operation, BpfRegister to, BpfRegister from, int offset = 0, int constant = 0) =>
        _instructions.Add(
            operation | (ulong)to << 8 | (ulong)from << 12 | (ulong)(ushort)offset << 16 | (ulong)(uint)constant << 32
        );
}
