using Dormouse.Contracts;

namespace Dormouse.Instances.Host;

/// <summary>
/// An exclusive lock between processes on a file (flock): the kernel gives it back when its holder dies. The file itself stays.
/// </summary>
internal sealed class FileLock : IDisposable
{
    private static readonly TimeSpan RetryPause = TimeSpan.FromMilliseconds(50);

    private readonly FileStream stream;

    private FileLock(FileStream stream) => this.stream = stream;

    /// <summary>Waits for the lock, at most <paramref name="timeout"/>.</summary>
    public static async Task<FileLock> AcquireAsync(string path, TimeSpan timeout, TimeProvider time, CancellationToken cancellationToken)
    {
        long began = time.GetTimestamp();
        while (true)
        {
            if (TryAcquire(path) is { } held)
            {
                return held;
            }
            if (time.GetElapsedTime(began) > timeout)
            {
                throw new DormouseException(
                    FailureKind.Host,
                    "DM3102",
                    $"Another process has held the lock '{path}' for more than {timeout.TotalMinutes:0} minutes. End it and try again."
                );
            }
            await Task.Delay(RetryPause, time, cancellationToken);
        }
    }

    public static FileLock? TryAcquire(string path)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        try
        {
            return new FileLock(new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
        }
        catch (IOException) when (File.Exists(path))
        {
            return null;
        }
        catch (UnauthorizedAccessException failure)
        {
            throw new DormouseException(
                FailureKind.Host,
                "DM3103",
                $"The lock file '{path}' cannot be opened by this user: the folder is somebody else's. Choose another, or give it to this user.",
                failure
            );
        }
    }

    public void Dispose() => stream.Dispose();
}
