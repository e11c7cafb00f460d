using Dormouse.Instances.Drivers.Native;

namespace Dormouse.Instances.Drivers.Process;

/// <summary>
/// An advisory lock that every process of an instance inherits, so the kernel itself knows whether one is left: after a crash of the
/// platform, of PostgreSQL or of both. Two postmasters on one data directory are thereby impossible, which PostgreSQL cannot see to by
/// itself across process namespaces.
/// </summary>
internal static class InstanceLock
{
    // What was killed a moment ago may still be on its way out.
    private static readonly TimeSpan LeavingTimeout = TimeSpan.FromSeconds(2);

    /// <exception cref="StartFailedException">Another process holds it.</exception>
    public static async Task<DescriptorHandle> TakeAsync(string path, TimeProvider time, CancellationToken cancellationToken)
    {
        long began = time.GetTimestamp();
        while (true)
        {
            if (TryTake(path) is { } handle)
            {
                return handle;
            }
            if (time.GetElapsedTime(began) > LeavingTimeout)
            {
                throw new StartFailedException("Processes of an earlier run of this instance are still alive.");
            }
            await Task.Delay(TimeSpan.FromMilliseconds(2), time, cancellationToken);
        }
    }

    public static DescriptorHandle? TryTake(string path)
    {
        var handle = new DescriptorHandle(
            path,
            Libc.OReadWrite | Libc.OCreate,
            0x180 /* 0600 */
        );
        if (Libc.Flock(handle.Fd, Libc.LockExclusive | Libc.LockNonBlocking) == 0)
        {
            return handle;
        }
        handle.Dispose();
        return null;
    }
}
