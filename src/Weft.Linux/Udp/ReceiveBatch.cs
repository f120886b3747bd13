using System.Runtime.InteropServices;
using Weft.Linux.Interop;

namespace Weft.Linux;

/// <summary>
/// The memory that one thread receives datagrams into: slots for messages, each of which may be many datagrams of one
/// sender that the kernel put together (UDP_GRO). Its maker disposes it; what it holds is valid until the next
/// receive.
/// </summary>
public sealed unsafe class ReceiveBatch : IDisposable
{
    /// <summary>The largest message that the kernel makes; memory of a slot that never saw one is never touched.</summary>
    public const int SlotSize = 1 << 16;

    readonly int _slots;
    readonly byte[] _buffer;
    readonly void* _block;
    readonly mmsghdr* _headers;
    readonly iovec* _vectors;
    readonly byte* _names;
    readonly byte* _controls;
    int _used;

    public ReceiveBatch(int slots)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(slots, 1);
        _slots = slots;
        _buffer = GC.AllocateUninitializedArray<byte>(slots * SlotSize, pinned: true);
        int perSlot = sizeof(mmsghdr) + sizeof(iovec) + UdpAddress.SocketAddressSize + ControlMessages.Size;
        _block = NativeMemory.AllocZeroed((nuint)slots, (nuint)perSlot);
        // In order of alignment, the strictest first.
        _headers = (mmsghdr*)_block;
        _vectors = (iovec*)(_headers + slots);
        _controls = (byte*)(_vectors + slots);
        _names = _controls + slots * ControlMessages.Size;
        byte* data = (byte*)Marshal.UnsafeAddrOfPinnedArrayElement(_buffer, 0);
        for (int i = 0; i < slots; i++)
        {
            _vectors[i] = new iovec { iov_base = data + i * SlotSize, iov_len = SlotSize };
            _headers[i].msg_hdr.msg_iov = &_vectors[i];
            _headers[i].msg_hdr.msg_iovlen = 1;
            _headers[i].msg_hdr.msg_name = _names + i * UdpAddress.SocketAddressSize;
            _headers[i].msg_hdr.msg_control = _controls + i * ControlMessages.Size;
        }
        _used = slots;
    }

    /// <summary>Holds the datagrams of all slots.</summary>
    public Span<byte> Buffer => _buffer;

    /// <summary>
    /// Waits for one message and takes all that are there, at most a slot's number. 0 when receiving failed; after
    /// <see cref="UdpSocket.Shutdown"/> it returns empty messages at once.
    /// </summary>
    public int Receive(UdpSocket socket) => Take(socket, SysSocket.MSG_WAITFORONE, out _);

    /// <summary>Takes all messages that are there, at most a slot's number: possibly none. Does not wait. False when receiving failed.</summary>
    public bool TryReceive(UdpSocket socket, out int count)
    {
        count = Take(socket, SysSocket.MSG_DONTWAIT, out Errno error);
        return error is Errno.None or Errno.EAGAIN;
    }

    int Take(UdpSocket socket, int flags, out Errno error)
    {
        ArgumentNullException.ThrowIfNull(socket);
        ObjectDisposedException.ThrowIf(_headers == null, this);
        for (int i = 0; i < _used; i++)
        {
            _headers[i].msg_hdr.msg_namelen = UdpAddress.SocketAddressSize;
            _headers[i].msg_hdr.msg_controllen = ControlMessages.Size;
        }
        using Descriptor.Lease open = socket.Descriptor.Hold();
        nint received;
        do received = SysSocket.recvmmsg(socket.Descriptor.Number, _headers, (uint)_slots, flags, timeout: null);
        while (SystemCall.JustInterrupted(received, out error));
        return _used = (int)Math.Max(received, 0);
    }

    /// <summary>What stands in the slot at <paramref name="index"/>.</summary>
    public ReceivedMessage this[int index]
    {
        get
        {
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)index, (uint)_used, nameof(index));
            ref mmsghdr header = ref _headers[index];
            bool complete = (header.msg_hdr.msg_flags & SysSocket.MSG_TRUNC) == 0;
            int length = complete && header.msg_hdr.msg_namelen != 0 ? (int)header.msg_len : 0;
            ReceivedMessage message = new()
            {
                Offset = index * SlotSize,
                Length = length,
                SegmentSize = length,
                From = length == 0 ? default : UdpAddress.Read((byte*)header.msg_hdr.msg_name),
            };
            ReadControl(ref message, (byte*)header.msg_hdr.msg_control, (int)header.msg_hdr.msg_controllen);
            return message;
        }
    }

    public void Dispose() => NativeMemory.Free(_block);

    /// <summary>Takes what is known out of the control messages; what is shorter than its kind is passed over.</summary>
    internal static void ReadControl(ref ReceivedMessage message, byte* control, int length)
    {
        int offset = 0;
        while (ControlMessages.Next(control, length, ref offset, out int level, out int type, out var data))
        {
            switch (level, type)
            {
                case (LinuxUdp.SOL_UDP, LinuxUdp.UDP_GRO) when data.Length >= sizeof(int):
                    int segment = MemoryMarshal.Read<int>(data);
                    message.SegmentSize = segment > 0 ? segment : message.Length;
                    break;
                case (NetinetIn.IPPROTO_IP, NetinetIn.IP_TOS) when data.Length > 0:
                    message.TrafficClass = data[0];
                    break;
                case (NetinetIn.IPPROTO_IPV6, NetinetIn.IPV6_TCLASS) when data.Length >= sizeof(int):
                    message.TrafficClass = (byte)MemoryMarshal.Read<int>(data);
                    break;
                case (NetinetIn.IPPROTO_IP, NetinetIn.IP_PKTINFO) when data.Length >= sizeof(in_pktinfo):
                    in_pktinfo four = MemoryMarshal.Read<in_pktinfo>(data);
                    message.LocalAddress = UdpAddress.Swap(four.ipi_spec_dst);
                    message.InterfaceIndex = four.ipi_ifindex;
                    break;
                case (NetinetIn.IPPROTO_IPV6, NetinetIn.IPV6_PKTINFO) when data.Length >= sizeof(in6_pktinfo):
                    in6_pktinfo six = MemoryMarshal.Read<in6_pktinfo>(data);
                    message.LocalAddress = UdpAddress.Swap(six.ipi6_addr);
                    message.InterfaceIndex = six.ipi6_ifindex;
                    break;
            }
        }
    }
}

/// <summary>One message of a <see cref="ReceiveBatch"/>: datagrams of one sender, one behind the other.</summary>
public struct ReceivedMessage
{
    /// <summary>In the batch's buffer.</summary>
    public int Offset { get; set; }

    /// <summary>Bytes of all datagrams; 0 when there is none to use (empty, cut off, or the socket was shut down).</summary>
    public int Length { get; set; }

    /// <summary>Bytes of each datagram; the last may have fewer.</summary>
    public int SegmentSize { get; set; }

    public UdpAddress From { get; set; }

    /// <summary>The address that the datagrams came to, as in <see cref="UdpAddress.Address"/>.</summary>
    public UInt128 LocalAddress { get; set; }

    /// <summary>The interface that they came in by.</summary>
    public int InterfaceIndex { get; set; }

    /// <summary>The outer TOS or traffic-class byte.</summary>
    public byte TrafficClass { get; set; }
}
