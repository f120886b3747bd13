using System.Net.Sockets;
using Weft.Linux;
using Xunit;

namespace Weft.Tests.Linux;

public sealed class UnixListenerTests : IDisposable
{
    readonly string _folder = Directory.CreateTempSubdirectory("weft-unix-").FullName;

    string Socket => Path.Combine(_folder, "run", "a.sock");

    [Fact]
    public void Only_the_owner_can_open_the_socket_and_everyone_can_look_into_its_folder()
    {
        using UnixListener listener = UnixListener.Bind(Socket);

        Assert.Equal(
            UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute,
            File.GetUnixFileMode(Socket)
        );
        Assert.True(File.GetUnixFileMode(Path.Combine(_folder, "run")).HasFlag(UnixFileMode.OtherExecute));
    }

    [Fact]
    public void A_socket_that_somebody_answers_at_is_left_alone()
    {
        using UnixListener first = UnixListener.Bind(Socket);

        KernelRefusedException e = Assert.Throws<KernelRefusedException>(() => UnixListener.Bind(Socket));

        Assert.Equal(Errno.EADDRINUSE, e.Error);
        Assert.True(File.Exists(Socket));
    }

    [Fact]
    public void A_socket_that_a_dead_process_left_is_replaced()
    {
        UnixListener dead = UnixListener.Bind(Socket);
        dead.KeepFile();
        dead.Dispose();
        Assert.True(File.Exists(Socket));

        using UnixListener second = UnixListener.Bind(Socket);
        using Socket client = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        client.Connect(new UnixDomainSocketEndPoint(Socket));
    }

    [Fact]
    public void The_file_goes_with_the_listener_unless_it_became_somebody_elses()
    {
        UnixListener listener = UnixListener.Bind(Socket);
        listener.Dispose();
        Assert.False(File.Exists(Socket));

        UnixListener robbed = UnixListener.Bind(Socket);
        File.Delete(Socket);
        File.WriteAllText(Socket, "somebody else's");
        robbed.KeepFile();
        robbed.Dispose();
        Assert.True(File.Exists(Socket));
    }

    [Fact]
    public void Removal_is_noticed_even_when_another_file_takes_the_name()
    {
        using UnixListener listener = UnixListener.Bind(Socket);
        using FileRemoval removal = new(Socket);
        using Poller poller = new(removal.Descriptor);
        File.WriteAllText(Path.Combine(_folder, "run", "b.sock"), "");
        Assert.False(removal.Happened());

        File.Delete(Socket);
        File.WriteAllText(Socket, "somebody else's");
        listener.KeepFile();

        Assert.True(poller.Wait(milliseconds: 1000));
        Assert.True(removal.Happened());
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
