using System.Buffers;

namespace Weft.Config;

/// <summary>
/// The writing half of UAPI, WireGuard's text protocol between a device and its tools
/// (www.wireguard.com/xplatform). What is written holds keys: wipe the buffer after use.
/// </summary>
public static class UapiText
{
    /// <summary>A client's <c>get=1</c>, final blank line included.</summary>
    public static ReadOnlySpan<byte> GetCommand => "get=1\n\n"u8;

    /// <summary>Writes a client's <c>set=1</c>, final blank line included.</summary>
    public static void WriteSet(DeviceConfig config, IBufferWriter<byte> output) => throw new NotImplementedException();

    /// <summary>Writes a device's whole answer to <c>get=1</c>: status, <c>errno=0</c>, blank line.</summary>
    public static void WriteStatus(DeviceStatus status, IBufferWriter<byte> output) =>
        throw new NotImplementedException();

    /// <summary>Writes <c>errno=N</c> and the blank line: a device's answer to <c>set=1</c>, or its refusal.</summary>
    /// <param name="errno">Zero or positive.</param>
    public static void WriteErrno(int errno, IBufferWriter<byte> output) => throw new NotImplementedException();
}
