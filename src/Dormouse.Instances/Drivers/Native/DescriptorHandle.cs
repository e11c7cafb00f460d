namespace Dormouse.Instances.Drivers.Native;

/// <summary>A file descriptor with an owner. .NET's own streams take and release locks when they open and close, which must not happen here.</summary>
internal sealed class DescriptorHandle : IDisposable
{
    private int fd;

    public DescriptorHandle(string path, int flags = Libc.OWriteOnly, uint mode = 0)
        : this(Libc.Check(Libc.Open(path, flags | Libc.OCloseOnExec, mode), path)) { }

    public DescriptorHandle(int fd) => this.fd = fd;

    public int Fd => Volatile.Read(ref fd) is >= 0 and var open ? open : throw new ObjectDisposedException(nameof(DescriptorHandle));

    public void Dispose()
    {
        if (Interlocked.Exchange(ref fd, -1) is >= 0 and var open)
        {
            _ = Libc.Close(open);
        }
    }
}
