using System.Text;
using Dormouse.Instances.Lifecycle;

namespace Dormouse.Instances.Backups.Places;

/// <summary>
/// Remembers files that are being written, so that the next start of the platform removes what a crash left, wherever it is. A note is a
/// small file in the data folder that holds the path.
/// </summary>
internal sealed class UnfinishedFiles(string notesPath)
{
    /// <summary>What a file's name ends in until it is whole. Nothing else is ever removed.</summary>
    public const string Suffix = ".unfinished";

    /// <summary>Dispose the result once the file is whole or gone.</summary>
    public IDisposable Note(string path)
    {
        Directory.CreateDirectory(notesPath, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        string note = Path.Combine(notesPath, Guid.CreateVersion7().ToString("N"));
        DurableFile.Replace(note, Encoding.UTF8.GetBytes(path));
        return new Noted(note);
    }

    /// <summary>Removes what is noted. Called before anything new is written. Returns the files that were there.</summary>
    public IReadOnlyList<string> RemoveAll()
    {
        var removed = new List<string>();
        // What a program needed for one run.
        foreach (string folder in Directory.Exists(notesPath) ? Directory.GetDirectories(notesPath) : [])
        {
            Directory.Delete(folder, recursive: true);
        }
        foreach (string note in Directory.Exists(notesPath) ? Directory.GetFiles(notesPath) : [])
        {
            string path = File.ReadAllText(note);
            if (path.EndsWith(Suffix, StringComparison.Ordinal) && File.Exists(path))
            {
                File.Delete(path);
                removed.Add(path);
            }
            File.Delete(note);
        }
        return removed;
    }

    private sealed class Noted(string note) : IDisposable
    {
        public void Dispose() => File.Delete(note);
    }
}
