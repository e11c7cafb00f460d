namespace Dormouse.Instances.Templates;

/// <summary>What holds for every instance of whatever class; the start command line adds or overrides what differs.</summary>
internal static class TemplateSettings
{
    private const string SinceEighteen = """
        # Worker processes for asynchronous I/O would triple the cost of an idle instance.
        io_method = sync

        """;

    public static string TextFor(int majorVersion) => majorVersion >= 18 ? Text + SinceEighteen : Text;

    private const string Text = """
        # Written by Dormouse when the template was made. What differs between instances is on the server's command line.
        # No network: an instance is reached through its unix socket.
        listen_addresses = ''
        unix_socket_directories = '/run/postgresql'
        unix_socket_permissions = 0777
        max_connections = 30
        # Small on purpose: thousands of databases share one host, and its page cache serves them all.
        shared_buffers = 8MB
        huge_pages = off
        dynamic_shared_memory_type = posix
        jit = off
        # Commits are durable, always; these three are never changed.
        fsync = on
        full_page_writes = on
        synchronous_commit = on
        # Backups read the log, so it must be complete; senders are allowed where an instance needs them.
        wal_level = replica
        max_wal_senders = 0
        # A data directory stays small; segments are of 1 MB, and nothing is kept for a load that ended.
        max_wal_size = 16MB
        min_wal_size = 2MB
        wal_recycle = off
        wal_init_zero = on
        # Log lines go to the bounded file that the platform gives as standard error.
        log_destination = 'stderr'
        logging_collector = off
        log_line_prefix = '%m [%p] %q%u@%d '
        log_timezone = 'UTC'
        timezone = 'UTC'
        datestyle = 'iso, mdy'
        lc_messages = 'C'
        lc_monetary = 'C.UTF-8'
        lc_numeric = 'C.UTF-8'
        lc_time = 'C.UTF-8'
        default_text_search_config = 'pg_catalog.english'

        """;
}
