using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace Weft.Fuzz;

/// <summary>
/// Makes an input out of another one: a handful of small changes that know bytes, words of the target's language and, for
/// text, lines and numbers. All chance comes from the generator that it is given.
/// </summary>
sealed class Mutator(ITarget target, Random chance)
{
    static readonly long[] Edges =
    [
        .. new long[] { 0, 1, 2, 7, 8, 15, 16, 31, 32, 63, 64, 127, 128, 255, 256, 512, 1023, 1024, 1280, 1420, 1500 },
        .. new long[] { 4095, 4096, 32767, 32768, 65507, 65535, 65536, 86400, 86401, int.MaxValue, uint.MaxValue },
        .. new long[] { 1L + int.MaxValue, 1L + uint.MaxValue, long.MaxValue, long.MinValue, -1, -2 },
    ];

    readonly Draft _draft = new(target.Shape.MaxLength);

    /// <param name="other">A second input, to take pieces from.</param>
    public byte[] Mutate(byte[] input, byte[] other)
    {
        _draft.Set(input);
        if (chance.Next(50) == 0)
            Write();
        int changes = 1 << chance.Next(4);
        for (int i = 0; i < changes; i++)
            Change(other);
        return _draft.ToArray();
    }

    /// <summary>Starts again, from words alone.</summary>
    void Write()
    {
        _draft.Truncate(0);
        for (int i = chance.Next(1, 12); i > 0 && target.Shape.Words.Count > 0; i--)
        {
            _draft.Insert(_draft.Length, Word());
            if (target.Shape.IsText && chance.Next(3) == 0)
                _draft.Insert(_draft.Length, "\n"u8);
        }
    }

    void Change(byte[] other)
    {
        if (target.Shape.IsText && chance.Next(3) == 0)
        {
            ChangeText();
            return;
        }
        switch (chance.Next(14))
        {
            case 0 when _draft.Length > 0:
                _draft.Bytes[At()] ^= (byte)(1 << chance.Next(8));
                break;
            case 1 when _draft.Length > 0:
                _draft.Bytes[At()] = (byte)chance.Next(256);
                break;
            case 2 when _draft.Length > 0:
                _draft.Bytes[At()] += (byte)chance.Next(-16, 17);
                break;
            case 3:
                WriteNumber();
                break;
            case 4 when _draft.Length > 0:
                (int from, int count) = Piece();
                _draft.Remove(from, count);
                break;
            case 5:
                byte[] random = new byte[chance.Next(1, 20)];
                chance.NextBytes(random);
                _draft.Insert(Gap(), random);
                break;
            case 6 when _draft.Length > 0:
                (from, count) = Piece();
                byte[] piece = _draft.Bytes.Slice(from, count).ToArray();
                _draft.Insert(Gap(), piece);
                break;
            case 7 when _draft.Length > 0:
                Repeat();
                break;
            case 8 or 9 when target.Shape.Words.Count > 0:
                _draft.Insert(Gap(), Word());
                break;
            case 10 when target.Shape.Words.Count > 0:
                byte[] word = Word();
                int at = Gap();
                _draft.Replace(at, Math.Min(word.Length, _draft.Length - at), word);
                break;
            case 11 when other.Length > 0:
                int start = chance.Next(other.Length);
                _draft.Insert(Gap(), other.AsSpan(start, chance.Next(other.Length - start) + 1));
                break;
            case 12 when other.Length > 0:
                _draft.Truncate(Gap());
                _draft.Insert(_draft.Length, other.AsSpan(chance.Next(other.Length)));
                break;
            case 13:
                _draft.Truncate(Gap());
                break;
            default:
                break;
        }
    }

    void ChangeText()
    {
        List<(int Start, int Length)> lines = Lines();
        (int start, int length) = lines[chance.Next(lines.Count)];
        switch (chance.Next(7))
        {
            case 0:
                _draft.Remove(start, length);
                break;
            case 1:
                byte[] line = _draft.Bytes.Slice(start, length).ToArray();
                _draft.Insert(lines[chance.Next(lines.Count)].Start, line);
                break;
            case 2 or 3:
                ChangeDigits(start, length);
                break;
            case 4 when target.Shape.Words.Count > 0:
                byte[] word = Word();
                int end = start + length;
                bool ended = length > 0 && _draft.Bytes[end - 1] == '\n';
                _draft.Insert(ended ? end - 1 : end, word);
                break;
            case 5 when target.Shape.Words.Count > 0:
                _draft.Insert(start, [.. Word(), (byte)'\n']);
                break;
            case 6:
                foreach (ref byte c in _draft.Bytes.Slice(start, length))
                    c = char.IsAsciiLetter((char)c) && chance.Next(4) == 0 ? (byte)(c ^ 0x20) : c;
                break;
            default:
                break;
        }
    }

    /// <summary>Puts an edge in the place of a number.</summary>
    void ChangeDigits(int start, int length)
    {
        ReadOnlySpan<byte> line = _draft.Bytes.Slice(start, length);
        List<(int Start, int Length)> numbers = [];
        for (int i = 0; i < line.Length; i++)
        {
            int first = i;
            while (i < line.Length && char.IsAsciiDigit((char)line[i]))
                i++;
            if (i > first)
                numbers.Add((start + first, i - first));
        }
        if (numbers.Count == 0)
            return;
        (int at, int digits) = numbers[chance.Next(numbers.Count)];
        string number = Edges[chance.Next(Edges.Length)].ToString(CultureInfo.InvariantCulture);
        _draft.Replace(at, digits, Encoding.ASCII.GetBytes(number));
    }

    void WriteNumber()
    {
        Span<byte> bytes = stackalloc byte[8];
        long edge = Edges[chance.Next(Edges.Length)] + chance.Next(-1, 2);
        int width = 1 << chance.Next(4);
        BinaryPrimitives.WriteInt64LittleEndian(bytes, edge);
        bytes = bytes[..width];
        if (chance.Next(2) == 0)
            bytes.Reverse();
        int at = Gap();
        _draft.Replace(at, Math.Min(width, _draft.Length - at), bytes);
    }

    /// <summary>Says something again and again: few times as a rule, and now and then as often as there is room.</summary>
    void Repeat()
    {
        (int from, int count) = Piece();
        byte[] piece = _draft.Bytes.Slice(from, count).ToArray();
        int times = chance.Next(100) == 0 ? _draft.Room / count : chance.Next(1, 9);
        byte[] all = new byte[Math.Min(_draft.Room, (long)times * count)];
        for (int i = 0; i < all.Length; i++)
            all[i] = piece[i % count];
        _draft.Insert(from, all);
    }

    List<(int Start, int Length)> Lines()
    {
        List<(int, int)> lines = [];
        int start = 0;
        do
        {
            int end = _draft.Bytes[start..].IndexOf((byte)'\n');
            int length = end < 0 ? _draft.Length - start : end + 1;
            lines.Add((start, length));
            start += length;
        } while (start < _draft.Length);
        return lines;
    }

    byte[] Word() => target.Shape.Words[chance.Next(target.Shape.Words.Count)];

    int At() => chance.Next(_draft.Length);

    /// <summary>A place between two bytes, or at an end.</summary>
    int Gap() => chance.Next(_draft.Length + 1);

    (int Start, int Length) Piece()
    {
        int start = At();
        int most = _draft.Length - start;
        return (start, chance.Next(4) == 0 ? chance.Next(most) + 1 : chance.Next(Math.Min(most, 16)) + 1);
    }
}
