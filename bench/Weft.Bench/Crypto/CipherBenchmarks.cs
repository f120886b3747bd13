using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using BenchmarkDotNet.Attributes;
using Weft.Crypto;
using Weft.Tests.Crypto;

namespace Weft.Bench.Crypto;

/// <summary>
/// One packet sealed, and one opened, by the widths of our cipher, by the class library, and by libcrypto's EVP with a context
/// kept and only the nonce set; each pair is measured against the last.
/// </summary>
[BenchmarkCategory(PacketPath.Category)]
[GroupBenchmarksBy(BenchmarkDotNet.Configs.BenchmarkLogicalGroupRule.ByCategory)]
[SuppressMessage("Design", "CA1001", Justification = "They live as long as the process.")]
public class CipherBenchmarks
{
    const ulong Counter = 0x0123_4567_89ab_cdef;

    readonly byte[] _nonce = new byte[12];
    byte[] _plaintext = [];
    byte[] _sealed = [];
    byte[] _destination = [];
    ChaCha20Poly1305Key _scalar = null!;
    ChaCha20Poly1305Key _vector128 = null!;
    ChaCha20Poly1305Key _vector256 = null!;
    ChaCha20Poly1305Key _vector512 = null!;
    ChaCha20Poly1305 _classLibrary = null!;
    EvpChaCha20Poly1305 _evp = null!;

    [Params(64, 576, 1420, 16384)]
    public int Size { get; set; }

    [GlobalSetup]
    public void Prepare()
    {
        byte[] key = RandomNumberGenerator.GetBytes(32);
        BinaryPrimitives.WriteUInt64LittleEndian(_nonce.AsSpan(4), Counter);
        _plaintext = RandomNumberGenerator.GetBytes(Size);
        _sealed = new byte[Size + 16];
        _destination = new byte[Size + 16];
        _scalar = new ChaCha20Poly1305Key(key, Supported(CipherWidth.Scalar));
        _vector128 = new ChaCha20Poly1305Key(key, Supported(CipherWidth.Vector128));
        _vector256 = new ChaCha20Poly1305Key(key, Supported(CipherWidth.Vector256));
        _vector512 = new ChaCha20Poly1305Key(key, Supported(CipherWidth.Vector512));
        _classLibrary = new ChaCha20Poly1305(key);
        _evp = new EvpChaCha20Poly1305(key);
        _scalar.Seal(Counter, _plaintext, default, _sealed);
    }

    [Benchmark(Baseline = true), BenchmarkCategory("Seal")]
    public void SealEvp() => _evp.Seal(Counter, _plaintext, default, _destination);

    [Benchmark, BenchmarkCategory("Seal")]
    public void SealClassLibrary() =>
        _classLibrary.Encrypt(_nonce, _plaintext, _destination.AsSpan(0, Size), _destination.AsSpan(Size));

    [Benchmark, BenchmarkCategory("Seal")]
    public void SealScalar() => _scalar.Seal(Counter, _plaintext, default, _destination);

    [Benchmark, BenchmarkCategory("Seal")]
    public void Seal128() => _vector128.Seal(Counter, _plaintext, default, _destination);

    [Benchmark, BenchmarkCategory("Seal")]
    public void Seal256() => _vector256.Seal(Counter, _plaintext, default, _destination);

    [Benchmark, BenchmarkCategory("Seal")]
    public void Seal512() => _vector512.Seal(Counter, _plaintext, default, _destination);

    [Benchmark(Baseline = true), BenchmarkCategory("Open")]
    public bool OpenEvp() => _evp.Open(Counter, _sealed, default, _destination.AsSpan(0, Size));

    [Benchmark, BenchmarkCategory("Open")]
    public void OpenClassLibrary() =>
        _classLibrary.Decrypt(_nonce, _sealed.AsSpan(0, Size), _sealed.AsSpan(Size), _destination.AsSpan(0, Size));

    [Benchmark, BenchmarkCategory("Open")]
    public bool OpenScalar() => _scalar.Open(Counter, _sealed, default, _destination.AsSpan(0, Size));

    [Benchmark, BenchmarkCategory("Open")]
    public bool Open128() => _vector128.Open(Counter, _sealed, default, _destination.AsSpan(0, Size));

    [Benchmark, BenchmarkCategory("Open")]
    public bool Open256() => _vector256.Open(Counter, _sealed, default, _destination.AsSpan(0, Size));

    [Benchmark, BenchmarkCategory("Open")]
    public bool Open512() => _vector512.Open(Counter, _sealed, default, _destination.AsSpan(0, Size));

    /// <summary>A width that the processor lacks is measured as the best one that it has.</summary>
    static CipherWidth Supported(CipherWidth width) => Cipher.Supports(width) ? width : Cipher.Width;
}
