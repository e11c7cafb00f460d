using System.Text;

namespace Dormouse.Logging;

/// <summary>A log file that never grows beyond a bound: when it is full it becomes <c>FILE.1</c>, in place of the former one.</summary>
internal sealed class BoundedLogFile : IDisposable
{
    // Two files of 8 MB hold weeks of a quiet platform and do not matter on a disk that holds databases.
    private const long BytesMax = 8 * 1024 * 1024;

    private readonly string path;
    private readonly Lock writing = new();
    private FileStream stream;

    public BoundedLogFile(string path)
    {
        this.path = path;
        stream = Open(path);
    }

    public void WriteLine(string line)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(line + "\n");
        lock (writing)
        {
            if (stream.Length > 0 && stream.Length + bytes.Length > BytesMax)
            {
                stream.Dispose();
                File.Move(path, path + ".1", overwrite: true);
                stream = Open(path);
            }
            stream.Write(bytes);
            stream.Flush();
        }
    }

    public void Dispose()
    {
        lock (writing)
        {
            stream.Dispose();
        }
    }

    private static FileStream Open(string path) =>
        new(
            path,
            new FileStreamOptions
            {
                Mode = FileMode.Append,
                Access = FileAccess.Write,
                Share = FileShare.ReadWrite,
                UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
            }
        );
}
